/** The state of the feed: one signal per object, so that one change renders one row again. */

import { batch, signal, type Signal } from "@preact/signals";
import type { Change, Kind } from "./types";

const KINDS: Kind[] = ["queue", "waiting", "agent", "engine", "marketing", "day", "alarm", "dashboard"];
/** Kinds of which there is one: the feed gives them no id. */
const SINGLE = new Set<string>(["engine", "marketing", "dashboard"]);

class Shelf {
  readonly objects = new Map<string, Signal<unknown>>();
  /** Ids in order; changes only when an object comes or goes. */
  readonly ids = signal<string[]>([]);
  readonly version = signal(0);
}

export class Store {
  private readonly shelves = new Map<Kind, Shelf>(KINDS.map((kind) => [kind, new Shelf()]));

  private shelf(kind: Kind): Shelf | undefined {
    return this.shelves.get(kind);
  }

  /** The object's signal; it exists (with undefined) even before the object does. */
  get<T>(kind: Kind, id = ""): Signal<T | undefined> {
    const shelf = this.shelf(kind)!;
    const key = SINGLE.has(kind) ? "" : id;
    let one = shelf.objects.get(key);
    if (one === undefined) {
      one = signal<unknown>(undefined);
      shelf.objects.set(key, one);
    }
    return one as Signal<T | undefined>;
  }

  ids(kind: Kind): Signal<string[]> {
    return this.shelf(kind)!.ids;
  }

  /** Rises with every batch that touched this kind. */
  version(kind: Kind): Signal<number> {
    return this.shelf(kind)!.version;
  }

  /** All objects of a kind, read without subscribing to each: depends on `version` alone. */
  all<T>(kind: Kind): T[] {
    const shelf = this.shelf(kind)!;
    void shelf.version.value;
    return shelf.ids.value.map((id) => shelf.objects.get(id)!.peek() as T);
  }

  /** Apply changes; null removes. Kinds that are not known here are of a later version: ignored. */
  apply(changes: Change[]): void {
    batch(() => {
      const touched = new Set<Shelf>();
      const resorted = new Set<Shelf>();
      for (const { kind, id, value } of changes) {
        const shelf = this.shelf(kind);
        if (shelf === undefined) continue;
        const one = this.get(kind, id);
        const was = one.peek() !== undefined;
        one.value = value ?? undefined;
        touched.add(shelf);
        if (was !== (one.peek() !== undefined)) resorted.add(shelf);
      }
      for (const shelf of resorted) shelf.ids.value = present(shelf);
      for (const shelf of touched) shelf.version.value += 1;
    });
  }

  /** Take a whole snapshot: what is not in it is gone. */
  replace(objects: Change[]): void {
    const named = new Set(objects.map(({ kind, id }) => `${kind}/${SINGLE.has(kind) ? "" : id}`));
    const gone: Change[] = [];
    for (const [kind, shelf] of this.shelves) {
      for (const id of shelf.ids.peek()) {
        if (!named.has(`${kind}/${id}`)) gone.push({ kind, id, value: null });
      }
    }
    this.apply([...gone, ...objects]);
  }
}

const byName = new Intl.Collator("en", { numeric: true });

function present(shelf: Shelf): string[] {
  return [...shelf.objects].filter(([, one]) => one.peek() !== undefined).map(([id]) => id).sort(byName.compare);
}
