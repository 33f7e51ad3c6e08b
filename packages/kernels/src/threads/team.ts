import { SdmError } from '@sdmjs/core';
import type { Arena } from '../simd/arena.js';
import type { ChunkTasks } from '../simd/module.js';
import { spawnWorker, type WorkerThread } from './spawn.js';

/** A task cut into chunks that any thread may take, in any order: no chunk reads what another writes. */
export interface Task {
  readonly name: keyof ChunkTasks;
  readonly parameters: readonly number[];
  readonly chunks: number;
  /** About how many multiplications there are in all: small tasks are not worth waking anybody. */
  readonly work: number;
}

/** The calling thread and its workers. */
export interface Team {
  /** Threads at most, the caller among them; `thread` of a chunk is below. */
  readonly size: number;
  /** Runs all chunks of a task and returns when they are done; the caller works too. Results do not depend on who does what. */
  run(arena: Arena, task: Task): void;
  /** Lets workers free an arena. */
  forget(arena: Arena): void;
  /** Ends the workers; tasks go on with the caller alone. */
  dispose(): void;
}

/** Fields of the counters of a task. */
const fields = { NEXT: 0, FINISHED: 1, TOTAL: 2, FAILED: 3 } as const;
/** When threads are worth their while, in the units of `Task.work`. */
export interface TeamLimits {
  /** A smaller task is done by the caller alone: waking a worker takes some 50 µs. */
  readonly shared: number;
  /** Workers are started when there has been more to do in all; that takes some 30 ms of their own time. */
  readonly starting: number;
}

const LIMITS: TeamLimits = { shared: 2e6, starting: 1e8 };

interface Member {
  readonly worker: WorkerThread;
  readonly thread: number;
  /** Bytes of the arenas it has been given, as they were then. */
  readonly known: Map<number, number>;
}

/** A team of at most `size` threads; workers are started when there has been enough to do. Needs a module of shared memory. */
export function createTeam(module: WebAssembly.Module, size: number, limits: TeamLimits = LIMITS): Team {
  const members = new Set<Member>();
  let done = 0;
  let mayStart = size > 1;

  function start(): void {
    mayStart = false;
    for (let thread = 1; thread < size; thread++) {
      const worker = spawnWorker(() => members.delete(member));
      if (!worker) return;
      const member: Member = { worker, thread, known: new Map() };
      worker.post({ module, thread, fields });
      members.add(member);
    }
  }

  return {
    size,
    run(arena, task) {
      done += task.work;
      if (mayStart && done > limits.starting) start();
      if (members.size === 0 || task.work < limits.shared || task.chunks === 1) runAlone(arena, task);
      else runTogether(arena, task, members);
    },
    forget({ number }) {
      for (const { worker, known } of members) if (known.delete(number)) worker.post({ forget: number });
    },
    dispose() {
      mayStart = false;
      for (const { worker } of members) worker.stop();
      members.clear();
    },
  };
}

function runAlone(arena: Arena, { name, parameters, chunks }: Task): void {
  for (let chunk = 0; chunk < chunks; chunk++) arena.kernels[name](...parameters, chunk, 0);
}

function runTogether(arena: Arena, task: Task, members: ReadonlySet<Member>): void {
  // Counters of its own, so that a worker that wakes too late finds nothing left to take.
  const counters = new Int32Array(new SharedArrayBuffer(16));
  counters[fields.TOTAL] = task.chunks;
  const { number, memory } = arena;
  const bytes = memory.buffer.byteLength;
  const message = { task: task.name, parameters: task.parameters, counters, arena: number, bytes };
  const place = { memory, rows: arena.rows };
  for (const { worker, thread, known } of members) {
    if (thread >= task.chunks) continue;
    // A memory that has grown is given anew, with the rows that are looked up beside it: what a worker has may stay at its old size for good.
    worker.post(known.get(number) === bytes ? message : { ...message, ...place });
    known.set(number, bytes);
  }
  for (let chunk = take(counters); chunk < task.chunks; chunk = take(counters)) {
    try {
      arena.kernels[task.name](...task.parameters, chunk, 0);
    } catch {
      Atomics.store(counters, fields.FAILED, 1);
    }
    Atomics.add(counters, fields.FINISHED, 1);
  }
  finish(counters, task.chunks);
  if (counters[fields.FAILED] !== 0) throw new SdmError('out-of-memory', `a worker failed in ${task.name}`);
}

function take(counters: Int32Array): number {
  return Atomics.add(counters, fields.NEXT, 1);
}

/** Waits until chunks that were taken are done. A browser's main thread may not sleep: it looks again and again, for one chunk at most. */
function finish(counters: Int32Array, chunks: number): void {
  let maySleep = true;
  for (;;) {
    const finished = Atomics.load(counters, fields.FINISHED);
    if (finished >= chunks) return;
    if (!maySleep) continue;
    try {
      Atomics.wait(counters, fields.FINISHED, finished);
    } catch {
      maySleep = false;
    }
  }
}
