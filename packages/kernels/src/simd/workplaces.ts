import type { Matrix } from '@sdmjs/core';
import { hurryCollection } from '../threads/collection.js';
import type { Team } from '../threads/team.js';
import type { Arena } from './arena.js';
import { supportBytes } from './packed-support.js';

/** Where a matcher works: memory of its own until it is disposed of. */
export interface Workplace {
  readonly arena: Arena;
  readonly team: Team;
  /** Called when the matcher has been disposed of. */
  readonly release: () => void;
}

/**
 * Memory for one matcher after the other. That of the last one is used again unless it has been collected, so that an epoch of training does
 * not begin beside the garbage of the last.
 */
export function createWorkplaces(team: Team, createArena: () => Arena) {
  let spare: WeakRef<Arena> | undefined;

  function release(arena: Arena): void {
    team.forget(arena);
    arena.rows = undefined;
    spare = new WeakRef(arena);
    const { byteLength } = arena.memory.buffer;
    setTimeout(() => hurryCollection(byteLength), 0); // later, when the caller has let go of the arena
  }

  return {
    open({ rows, columns }: Matrix): Workplace {
      const last = spare?.deref();
      spare = undefined;
      // A small support must not keep the memory of a large one.
      const isFitting = last !== undefined && last.memory.buffer.byteLength <= 4 * supportBytes(rows, columns);
      const arena = isFitting ? last : createArena();
      arena.release(0);
      return { arena, team, release: () => release(arena) };
    },
    forget(): void {
      spare = undefined;
    },
  };
}
