/** Reads the feed over SSE: resumes where it was, and takes a new snapshot after a gap. */

import { signal } from "@preact/signals";
import { clock } from "../shared/clock";
import { backoffMs, verdict, type Place } from "./sequence";
import { Store } from "./store";
import type { Changes, Snapshot } from "./types";

export type LinkState = "connecting" | "live" | "lost";

const SILENT_MS = 40_000; // the server says something every 15 s

export class FeedClient {
  readonly store = new Store();
  readonly link = signal<LinkState>("connecting");
  /** Called when the server says that nobody is signed in (401). */
  onSignedOut: () => void = () => undefined;

  private place: Place = { feed: null };
  private source: EventSource | null = null;
  private attempt = 0;
  private heardAt = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly url = "/api/v1/feed") {}

  start(): void {
    this.open();
    setInterval(() => this.watch(), 5_000);
    window.addEventListener("online", () => this.reopen(0));
  }

  private open(): void {
    this.source?.close();
    this.heardAt = Date.now();
    const source = new EventSource(this.url);
    this.source = source;
    source.addEventListener("snapshot", (event) => this.onSnapshot(JSON.parse(event.data)));
    source.addEventListener("changes", (event) => this.onChanges(JSON.parse(event.data)));
    source.addEventListener("ping", () => this.heard());
    source.onopen = () => this.opened();
    source.onerror = () => this.onError(source);
  }

  /** The line is back; if there is nothing new, nothing is sent until the next ping. */
  private opened(): void {
    if (this.place.feed !== null) this.heard();
  }

  private heard(): void {
    this.heardAt = Date.now();
    this.attempt = 0;
    this.link.value = "live";
  }

  private onSnapshot(snapshot: Snapshot): void {
    clock.begin(snapshot.at_ms);
    this.store.replace(snapshot.objects);
    this.place = { feed: snapshot.feed };
    this.heard();
  }

  private onChanges(changes: Changes): void {
    const what = verdict(this.place, changes.feed, changes.after);
    if (what === "gap") return void this.resync();
    this.heard();
    if (what === "repeat") return;
    clock.hear(changes.at_ms);
    this.store.apply(changes.changes);
    this.place = { feed: changes.feed };
  }

  /** A new EventSource names no last message, so the server begins with a snapshot. */
  private resync(): void {
    this.place = { feed: null };
    this.reopen(0);
  }

  private onError(source: EventSource): void {
    this.link.value = "lost";
    // CONNECTING: the browser tries again by itself, and names the last message it had.
    if (source.readyState !== EventSource.CLOSED) return;
    void this.afterRefusal();
  }

  private async afterRefusal(): Promise<void> {
    const answer = await fetch("/api/v1/session").catch(() => null);
    if (answer?.status === 401) return this.onSignedOut();
    this.reopen(backoffMs(this.attempt++, Math.random()));
  }

  private reopen(afterMs: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.open(), afterMs);
  }

  private watch(): void {
    if (Date.now() - this.heardAt > SILENT_MS) {
      this.link.value = "lost";
      this.reopen(0);
    }
  }
}
