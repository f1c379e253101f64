package dev.carillon.liquid;

import java.util.Locale;

/** What {@code {% unsubscribe %}} calls its link. */
final class UnsubscribeWords {
  private UnsubscribeWords() {}

  /** "Unsubscribe" in the language of {@code locale}; English for languages not known here. */
  static String in(Locale locale) {
    return switch (locale.getLanguage()) {
      case "ar" -> "إلغاء الاشتراك";
      case "cs" -> "Odhlásit odběr";
      case "da" -> "Afmeld";
      case "de" -> "Abmelden";
      case "es" -> "Cancelar suscripción";
      case "fi" -> "Peruuta tilaus";
      case "fr" -> "Se désabonner";
      case "he" -> "הסרה מרשימת התפוצה";
      case "it" -> "Annulla iscrizione";
      case "ja" -> "配信停止";
      case "ko" -> "수신 거부";
      case "nb", "nn", "no" -> "Meld deg av";
      case "nl" -> "Uitschrijven";
      case "pl" -> "Wypisz się";
      case "pt" -> "Cancelar inscrição";
      case "ru" -> "Отписаться";
      case "sv" -> "Avregistrera";
      case "tr" -> "Abonelikten çık";
      case "uk" -> "Відписатися";
      case "zh" -> "退订";
      default -> "Unsubscribe";
    };
  }
}
