package dev.carillon.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carillon.http.TargetGuard.Resolved;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TargetGuardTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @AutoClose static final TargetGuard STRICT = new TargetGuard(false);
  @AutoClose static final TargetGuard OPEN = new TargetGuard(true);

  private static boolean allows(TargetGuard guard, String address) throws UnknownHostException {
    return guard.mayBeCalled(InetAddress.getByName(address));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "127.255.0.9",
        "10.0.0.1",
        "10.255.255.255",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "100.64.0.1",
        "100.127.255.255",
        "198.18.0.1",
        "::1",
        "fc00::1",
        "fdab::7",
        "::ffff:127.0.0.1",
        "::ffff:10.1.2.3",
        "64:ff9b::a00:1",
        "2002:a00:1::",
        "2130706433"
      })
  @DisplayName(
      "private networks are closed unless the operator opens them, whatever they are written like")
  void shouldClosePrivateNetworks(String address) throws UnknownHostException {
    assertThat(allows(STRICT, address)).isFalse();
    assertThat(allows(OPEN, address)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "169.254.169.254", "169.254.0.1", "0.0.0.0", "0.1.2.3", "224.0.0.1", "240.0.0.1",
        "255.255.255.255", "192.0.0.8", "::", "fe80::1", "ff02::1", "fd00:ec2::254",
        "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::", "2001:0:1::1", "::7"
      })
  @DisplayName("credentials of clouds, everybody and nobody are closed always")
  void shouldCloseTheRestAlways(String address) throws UnknownHostException {
    assertThat(allows(STRICT, address)).isFalse();
    assertThat(allows(OPEN, address)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "8.8.8.8",
        "1.1.1.1",
        "172.15.0.1",
        "172.32.0.1",
        "192.167.1.1",
        "100.63.0.1",
        "100.128.0.1",
        "198.17.0.1",
        "198.20.0.1",
        "169.253.1.1",
        "223.255.255.255",
        "2606:4700::1111",
        "64:ff9b::808:808",
        "2002:808:808::",
        "2001:4860::8888"
      })
  @DisplayName("everything else is open")
  void shouldOpenTheRest(String address) throws UnknownHostException {
    assertThat(allows(STRICT, address)).isTrue();
  }

  @Test
  @DisplayName("a name is judged by what it means")
  void shouldResolve() {
    assertThat(STRICT.resolve("localhost", PATIENCE)).isEqualTo(new Resolved.Forbidden());
    assertThat(STRICT.resolve("[::1]", PATIENCE)).isEqualTo(new Resolved.Forbidden());
    assertThat(STRICT.resolve("0x7f.1", PATIENCE)).isNotInstanceOf(Resolved.Allowed.class);
    assertThat(OPEN.resolve("127.0.0.1", PATIENCE)).isInstanceOf(Resolved.Allowed.class);
    assertThat(OPEN.resolve("no-such-host.invalid", PATIENCE))
        .isIn(new Resolved.Unknown(), new Resolved.TooSlow());
    assertThat(OPEN.resolve("localhost", Duration.ZERO)).isNotNull();
  }
}
