import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
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
