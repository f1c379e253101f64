package dev.carillon.liquid;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/**
 * Arithmetic on the numbers of templates. Whole numbers are exact ({@link Long}, beyond it {@link
 * BigInteger}); decimals are {@link BigDecimal}, kept to the digits a double can hold as soon as
 * they need more, so that no chain of multiplications grows without end.
 */
final class Numbers {
  /** Longest number accepted or produced, in digits; far beyond money and identifiers. */
  private static final int MAX_DIGITS = 1_000;

  private static final int MAX_BITS = 3_322;
  private static final int DOUBLE_DIGITS = 17;
  private static final MathContext DIVISION = new MathContext(34);
  private static final BigInteger LONG_MIN = BigInteger.valueOf(Long.MIN_VALUE);
  private static final BigInteger LONG_MAX = BigInteger.valueOf(Long.MAX_VALUE);

  private Numbers() {}

  /** {@code number} as a Long, BigInteger or BigDecimal. */
  static Number canonical(Number number) {
    return switch (number) {
      case Long whole -> whole;
      case Integer whole -> whole.longValue();
      case Short whole -> whole.longValue();
      case Byte whole -> whole.longValue();
      case BigInteger whole -> ofInteger(whole);
      case BigDecimal decimal -> checked(decimal);
      case Double decimal -> ofDouble(decimal);
      case Float decimal -> ofDouble(Double.parseDouble(decimal.toString()));
      default -> checked(new BigDecimal(number.toString()));
    };
  }

  /**
   * The number {@code value} stands for: a number itself, the number that text is or begins with,
   * otherwise 0.
   */
  static Number of(@Nullable Object value) {
    return switch (value) {
      case Number number -> canonical(number);
      case String text -> ofText(text);
      case null, default -> 0L;
    };
  }

  private static Number ofText(String text) {
    String trimmed = text.strip();
    int digits = leadingInteger(trimmed);
    if (digits > 0
        && digits + 1 < trimmed.length()
        && trimmed.charAt(digits) == '.'
        && onlyDigits(trimmed, digits + 1)) {
      return checked(new BigDecimal(shortEnough(trimmed)));
    }
    if (digits == 0) {
      return 0L;
    }
    return ofInteger(new BigInteger(shortEnough(trimmed.substring(0, digits))));
  }

  /** The number that all of {@code text} is, or null: digits, an optional sign, a fraction. */
  static @Nullable Number strict(String text) {
    int digits = leadingInteger(text);
    if (digits == 0) {
      return null;
    }
    if (digits == text.length()) {
      return ofInteger(new BigInteger(shortEnough(text)));
    }
    boolean decimal =
        text.charAt(digits) == '.' && digits + 1 < text.length() && onlyDigits(text, digits + 1);
    return decimal ? checked(new BigDecimal(shortEnough(text))) : null;
  }

  /**
   * Length of the sign and digits at the start of {@code text}, as far as numbers may be long; 0
   * without a digit.
   */
  private static int leadingInteger(String text) {
    int start = !text.isEmpty() && (text.charAt(0) == '-' || text.charAt(0) == '+') ? 1 : 0;
    int end = start;
    int most = Math.min(text.length(), start + MAX_DIGITS + 1);
    while (end < most && isDigit(text.charAt(end))) {
      end++;
    }
    return end == start ? 0 : end;
  }

  private static boolean onlyDigits(String text, int from) {
    int most = Math.min(text.length(), from + MAX_DIGITS);
    for (int i = from; i < most; i++) {
      if (!isDigit(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static String shortEnough(String digits) {
    if (digits.length() > MAX_DIGITS) {
      throw tooLarge();
    }
    return digits.charAt(0) == '+' ? digits.substring(1) : digits;
  }

  private static LiquidRenderException tooLarge() {
    return LiquidRenderException.badArgument("a number has more than " + MAX_DIGITS + " digits");
  }

  private static Number ofInteger(BigInteger whole) {
    if (whole.bitLength() > MAX_BITS) {
      throw tooLarge();
    }
    return whole.compareTo(LONG_MIN) >= 0 && whole.compareTo(LONG_MAX) <= 0
        ? (Number) whole.longValue()
        : whole;
  }

  private static BigDecimal ofDouble(double value) {
    if (!Double.isFinite(value)) {
      throw LiquidRenderException.badArgument(value + " is not a number to calculate with");
    }
    return BigDecimal.valueOf(value);
  }

  private static BigDecimal checked(BigDecimal decimal) {
    if (decimal.precision() > MAX_DIGITS || Math.abs((long) decimal.scale()) > MAX_DIGITS) {
      throw tooLarge();
    }
    return decimal;
  }

  private static BigDecimal result(BigDecimal decimal) {
    return decimal.precision() > DOUBLE_DIGITS ? ofDouble(decimal.doubleValue()) : checked(decimal);
  }

  static boolean isDecimal(Number canonical) {
    return canonical instanceof BigDecimal;
  }

  static BigDecimal decimal(Number number) {
    return switch (canonical(number)) {
      case BigDecimal decimal -> decimal;
      case BigInteger whole -> new BigDecimal(whole);
      case Number whole -> BigDecimal.valueOf(whole.longValue());
    };
  }

  private static BigInteger integer(Number canonical) {
    return canonical instanceof BigInteger whole
        ? whole
        : BigInteger.valueOf(canonical.longValue());
  }

  static Number add(Number a, Number b) {
    if (a instanceof Long x && b instanceof Long y) {
      long sum = x + y;
      if (((x ^ sum) & (y ^ sum)) >= 0) {
        return sum;
      }
    }
    return isDecimal(a) || isDecimal(b)
        ? result(decimal(a).add(decimal(b)))
        : ofInteger(integer(a).add(integer(b)));
  }

  static Number subtract(Number a, Number b) {
    return add(a, negate(b));
  }

  static Number negate(Number number) {
    return number instanceof BigDecimal decimal
        ? decimal.negate()
        : ofInteger(integer(number).negate());
  }

  static Number multiply(Number a, Number b) {
    return isDecimal(a) || isDecimal(b)
        ? result(decimal(a).multiply(decimal(b)))
        : ofInteger(integer(a).multiply(integer(b)));
  }

  /** Whole numbers divide downwards: -7 by 2 is -4. */
  static Number divide(Number a, Number b) {
    refuseZero(b);
    if (isDecimal(a) || isDecimal(b)) {
      return result(decimal(a).divide(decimal(b), DIVISION));
    }
    return ofInteger(floorDivide(integer(a), integer(b)));
  }

  /** What {@link #divide} leaves; it has the sign of {@code b}. */
  static Number modulo(Number a, Number b) {
    refuseZero(b);
    if (isDecimal(a) || isDecimal(b)) {
      BigDecimal x = decimal(a);
      BigDecimal y = decimal(b);
      BigDecimal rest = x.remainder(y);
      return result(rest.signum() != 0 && rest.signum() != y.signum() ? rest.add(y) : rest);
    }
    BigInteger x = integer(a);
    BigInteger y = integer(b);
    return ofInteger(x.subtract(floorDivide(x, y).multiply(y)));
  }

  private static BigInteger floorDivide(BigInteger a, BigInteger b) {
    BigInteger[] parts = a.divideAndRemainder(b);
    boolean down = parts[1].signum() != 0 && parts[1].signum() != b.signum();
    return down ? parts[0].subtract(BigInteger.ONE) : parts[0];
  }

  private static void refuseZero(Number divisor) {
    if (decimal(divisor).signum() == 0) {
      throw LiquidRenderException.badArgument("a number is divided by zero");
    }
  }

  /** {@code number} as a whole number, rounded as {@code mode} says. */
  static Number round(Number number, RoundingMode mode) {
    return number instanceof BigDecimal decimal
        ? ofInteger(decimal.setScale(0, mode).toBigInteger())
        : number;
  }

  static int compare(Number a, Number b) {
    Number x = canonical(a);
    Number y = canonical(b);
    return x instanceof Long p && y instanceof Long q
        ? Long.compare(p, q)
        : decimal(x).compareTo(decimal(y));
  }

  static boolean isWhole(Number number) {
    return !(canonical(number) instanceof BigDecimal decimal)
        || decimal.signum() == 0
        || decimal.stripTrailingZeros().scale() <= 0;
  }

  /** The whole part as a long; {@code role} names the number when it does not fit. */
  static long truncate(Number number, String role) {
    Number whole = round(canonical(number), RoundingMode.DOWN);
    if (whole instanceof Long fits) {
      return fits;
    }
    throw LiquidRenderException.badArgument(role + " is too large: " + text(whole));
  }

  /** How {@code number} prints: 5, 5.0, 0.1, 1.0e+16. */
  static String text(Number number) {
    return switch (number) {
      case Long whole -> Long.toString(whole);
      case Integer whole -> Integer.toString(whole);
      case Double decimal when !Double.isFinite(decimal) -> decimal.toString();
      case Float decimal when !Float.isFinite(decimal) -> decimal.toString();
      default ->
          canonical(number) instanceof BigDecimal decimal
              ? decimalText(decimal)
              : canonical(number).toString();
    };
  }

  private static String decimalText(BigDecimal decimal) {
    if (decimal.signum() == 0) {
      return "0.0";
    }
    BigDecimal stripped = decimal.stripTrailingZeros();
    int exponent = stripped.precision() - stripped.scale() - 1;
    if (exponent >= -4 && exponent < 16) {
      return stripped.scale() <= 0 ? stripped.toPlainString() + ".0" : stripped.toPlainString();
    }
    String digits = stripped.unscaledValue().abs().toString();
    return (stripped.signum() < 0 ? "-" : "")
        + digits.charAt(0)
        + '.'
        + (digits.length() > 1 ? digits.substring(1) : "0")
        + (exponent < 0 ? "e-" : "e+")
        + (Math.abs(exponent) < 10 ? "0" : "")
        + Math.abs(exponent);
  }
}
