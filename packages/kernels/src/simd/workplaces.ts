import type { Matrix } from '@sdmjs/core';
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
    hurryCollection(arena.memory.buffer.byteLength);
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

/** Released memory that is worth a collection. */
const MUCH_BYTES = 64 * 2 ** 20;

/**
 * A large memory that nobody holds any more stays until the collector runs, which a program that allocates little can put off for minutes.
 * Reserving as much again, without touching it, makes V8 begin.
 */
function hurryCollection(byteCount: number): void {
  if (byteCount < MUCH_BYTES) return;
  // Later, when the caller has let go of it.
  setTimeout(() => {
    try {
      new ArrayBuffer(byteCount);
    } catch {
      // No room to reserve: then the collector has already been called.
    }
  }, 0);
}
