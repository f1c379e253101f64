package dev.carillon;

/** The data region that the account answers with (Track API > Find your account region). */
public enum Region {
  /** United States, written {@code us}. */
  US,
  /** European Union, written {@code eu}. */
  EU
}
