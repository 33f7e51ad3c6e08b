import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { describe, expect, it, vi } from 'vitest';
import { workerProgram } from '../generated/kernels-wasm.js';
import { type Arena, createArena } from '../simd/arena.js';
import { type ChunkTasks, compileKernels } from '../simd/module.js';
import { createTeam } from './team.js';

const module = (await compileKernels({ shared: true }))!;

/** An arena that counts what the caller does itself, slowly, so that workers get their share. */
function countingArena(): { arena: Arena; own: Set<number> } {
  const arena = createArena(module, { shared: true });
  const own = new Set<number>();
  const multiplyChunk: ChunkTasks['multiplyChunk'] = (...parameters) => {
    own.add(parameters.at(-2)!);
    const until = performance.now() + 2;
    while (performance.now() < until);
    arena.kernels.multiplyChunk(...parameters);
  };
  return { arena: { ...arena, kernels: { ...arena.kernels, multiplyChunk } }, own };
}

/** One row of `columns` ones times the identity, in chunks of 8 columns: chunk c writes c·8 … c·8 + 7 of the product. */
function identityTask(arena: Arena, columns: number) {
  const a = arena.allocate(4 * columns, 'a');
  const b = arena.allocate(4 * columns * columns, 'b');
  const c = arena.allocate(4 * columns, 'c');
  arena.floats(a, columns).fill(1);
  arena.floats(b, columns * columns).fill(0);
  for (let i = 0; i < columns; i++) arena.floats(b, columns * columns)[i * columns + i] = i;
  const parameters = [a, 4 * columns, b, 4, 4 * columns, c, 1, columns, columns, 8, 0, 0];
  const task = { name: 'multiplyChunk', parameters, chunks: columns / 8, work: 1 } as const;
  return { task, result: () => [...arena.floats(c, columns)] };
}

describe('a team of threads', () => {
  it('does every chunk once, with help, and goes on alone after its end', async () => {
    const team = createTeam(module, 3, { shared: 0, starting: 0 });
    const { arena, own } = countingArena();
    const { task, result } = identityTask(arena, 400);
    const wanted = Array.from({ length: 400 }, (_, i) => i);
    // Workers join when they have started; until then the caller does everything.
    for (let attempt = 0; attempt < 200 && (attempt === 0 || own.size === task.chunks); attempt++) {
      own.clear();
      arena.floats(task.parameters[5]!, 400).fill(-1);
      team.run(arena, task);
      expect(result()).toEqual(wanted);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(own.size).toBeLessThan(task.chunks);
    team.dispose();
    own.clear();
    team.run(arena, task);
    expect(own.size).toBe(task.chunks);
  });
});

describe('a memory that grows', () => {
  const fields = { NEXT: 0, FINISHED: 1, TOTAL: 2, FAILED: 3 };

  /** Of a task of two chunks. */
  function counters(): Int32Array {
    const fresh = new Int32Array(new SharedArrayBuffer(16));
    fresh[fields.TOTAL] = 2;
    return fresh;
  }

  it('is given to workers again', () => {
    const posted: { memory?: WebAssembly.Memory; bytes?: number }[] = [];
    const post = vi.spyOn(Worker.prototype, 'postMessage').mockImplementation((sent) => void posted.push(sent));
    const team = createTeam(module, 2, { shared: 0, starting: 0 });
    const arena = createArena(module, { shared: true });
    const { task } = identityTask(arena, 16);
    const { length: before } = posted;
    const run = () => {
      team.run(arena, task);
      return posted.at(-1)!;
    };
    expect(run()).toMatchObject({ memory: arena.memory, bytes: arena.memory.buffer.byteLength });
    expect(run()).not.toHaveProperty('memory');
    arena.allocate(2 ** 20, 'more');
    expect(run()).toMatchObject({ memory: arena.memory, bytes: arena.memory.buffer.byteLength });
    expect(posted.length - before).toBe(4);
    team.dispose();
    post.mockRestore();
  });

  it('is left alone by a worker that sees less of it than the caller', async () => {
    const worker = new Worker(workerProgram, { eval: true });
    const arena = createArena(module, { shared: true });
    const [early, late] = [counters(), counters()];
    worker.postMessage({ module, thread: 1, fields });
    const { task } = identityTask(arena, 16);
    const message = { task: task.name, parameters: task.parameters, arena: arena.number, memory: arena.memory };
    const bytes = arena.memory.buffer.byteLength;
    worker.postMessage({ ...message, counters: early, bytes: bytes + 1 });
    worker.postMessage({ ...message, counters: late, bytes });
    await vi.waitFor(() => expect(late[fields.FINISHED]).toBe(2), { timeout: 30_000 });
    expect([...early]).toEqual([0, 0, 2, 0]);
    await worker.terminate();
  });
});

describe('a process', () => {
  const folder = fileURLToPath(new URL('../../../..', import.meta.url));
  const index = JSON.stringify(fileURLToPath(new URL('../index.ts', import.meta.url)));
  /** Enough products that workers are started, and time for them to come up. */
  const work = `
    const kernels = await loadKernels({ threads: 3 });
    const matrix = { data: new Float32Array(512 * 512), rows: 512, columns: 512 };
    for (let i = 0; i < 4; i++) kernels.multiply(matrix, matrix);
    await new Promise((resolve) => setTimeout(resolve, 1500));`;

  function run(program: string) {
    const code = `import { loadKernels } from ${index}; import { readdirSync } from 'node:fs'; ${program}`;
    const options = ['--conditions=source', '--import=tsx', '--input-type=module', '--eval', code];
    return spawnSync(process.execPath, options, { cwd: folder, encoding: 'utf8', timeout: 50_000 });
  }

  it('that only imports the package ends', () => {
    expect(run('').status).toBe(0);
  });

  it('that forgets to dispose ends', () => {
    expect(run(work).status).toBe(0);
  });

  it.runIf(process.platform === 'linux')('has no more threads after dispose than before', () => {
    const threads = `readdirSync('/proc/self/task').length`;
    const { stdout, status } = run(`
      const before = ${threads};
      ${work}
      const during = ${threads};
      kernels.dispose();
      await new Promise((resolve) => setTimeout(resolve, 1500));
      console.log(JSON.stringify([before, during, ${threads}]));`);
    expect(status).toBe(0);
    const [before, during, after] = JSON.parse(stdout) as [number, number, number];
    expect(during).toBe(before + 2);
    expect(after).toBe(before);
  });
});
