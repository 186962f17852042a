/** The desktop's WebSocket: reconnects by itself, with pauses that grow, until it may not. */

import { signal } from "@preact/signals";
import { backoffMs } from "../feed/sequence";
import type { Reply } from "../shared/api";
import type { Decision } from "./decisions";
import type { Outgoing } from "./outbox";

export type Frame =
  | { kind: "hello"; session: string | null; agent_id: string; name: string | null; epoch: number | null; at_ms: number; is_connected?: boolean }
  | { kind: "object"; kind2: string; id: string; value: unknown }
  | { kind: "decision"; decision: Decision }
  | { kind: "reply"; reply: Reply }
  | { kind: "link"; is_connected: boolean };

export type DeskLinkState = "connecting" | "live" | "lost" | "elsewhere" | "forbidden";

const SIGNED_OUT = 4401;
const FORBIDDEN = 4403;
const OPENED_ELSEWHERE = 4409;

export class DeskLink {
  readonly state = signal<DeskLinkState>("connecting");
  private socket: WebSocket | null = null;
  private attempt = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly path: string,
    private readonly onFrame: (frame: Frame) => void,
    private readonly onSignedOut: () => void,
  ) {}

  open(): void {
    clearTimeout(this.timer);
    const url = new URL(this.path, location.href);
    url.protocol = url.protocol.replace("http", "ws");
    const socket = new WebSocket(url);
    this.socket = socket;
    socket.onmessage = (event) => this.take(JSON.parse(String(event.data)) as Frame);
    socket.onclose = (event) => this.closed(socket, event.code);
  }

  /** Try again at once, for example when the browser says that the network is back. */
  hurry(): void {
    if (this.state.value === "lost") this.open();
  }

  send(message: Outgoing): boolean {
    if (this.state.value !== "live" || this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify({ kind: "send", message }));
    return true;
  }

  private take(frame: Frame): void {
    if (frame.kind === "hello") {
      this.attempt = 0;
      this.state.value = "live";
    }
    this.onFrame(frame);
  }

  private closed(socket: WebSocket, code: number): void {
    if (socket !== this.socket) return;
    if (code === SIGNED_OUT) return this.onSignedOut();
    if (code === OPENED_ELSEWHERE || code === FORBIDDEN) {
      this.state.value = code === FORBIDDEN ? "forbidden" : "elsewhere";
      return;
    }
    this.state.value = "lost";
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.open(), backoffMs(this.attempt++, Math.random(), 300, 8_000));
  }
}
