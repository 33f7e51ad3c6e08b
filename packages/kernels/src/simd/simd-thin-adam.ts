import { createMatrix, type Matrix } from '@sdmjs/core';
import { requireInnerSizes, requireThinStep } from '../checks.js';
import type { AdamMoments, ThinAdam, ThinStep } from '../kernels.js';
import { ADAM_CHUNK_ROWS } from '../plain/plain-thin-adam.js';
import type { Team } from '../threads/team.js';
import type { Arena } from './arena.js';
import { copyFactor, product } from './product.js';

/** Adam on a matrix that lies in an arena of its own. */
export function createSimdThinAdam(
  initial: Matrix,
  { arena, team, moments }: { readonly arena: Arena; readonly team: Team; readonly moments?: AdamMoments | undefined },
): ThinAdam {
  const { rows, columns } = initial;
  const size = rows * columns;
  const held = copyFactor(arena, initial);
  const means = arena.allocate(4 * size, "Adam's means");
  const squares = arena.allocate(4 * size, "Adam's squares");
  arena.floats(means, size).set(moments?.means ?? new Float32Array(size));
  arena.floats(squares, size).set(moments?.squares ?? new Float32Array(size));
  const chunks = Math.ceil(rows / ADAM_CHUNK_ROWS);

  function step(given: ThinStep): Float64Array {
    requireThinStep(given, rows, columns);
    const { gradient, factors, next } = given;
    const mark = arena.mark();
    const sums = new Float64Array(gradient.rows * columns);
    const thin = [factors, gradient, next].map((factor) => copyFactor(arena, factor).address);
    const partials = arena.allocate(4 * sums.length * chunks, 'the product of a step');
    const matrix = [held.address, means, squares, rows, columns];
    team.run(arena, {
      name: 'adamChunk',
      parameters: [...matrix, ...thin, gradient.rows, given.step, given.scale, partials, ADAM_CHUNK_ROWS],
      chunks,
      // Roots and quotients cost more than multiplications.
      work: size * (8 + 2 * gradient.rows),
    });
    for (let chunk = 0; chunk < chunks; chunk++) {
      const partial = arena.floats(partials + 4 * sums.length * chunk, sums.length);
      for (let i = 0; i < sums.length; i++) sums[i]! += partial[i]!;
    }
    arena.release(mark);
    return sums;
  }

  return {
    // The memory may have grown since, which takes earlier views away.
    get weights() {
      return createMatrix(rows, columns, arena.floats(held.address, size));
    },
    get moments() {
      return { means: arena.floats(means, size), squares: arena.floats(squares, size) };
    },
    project(gradient) {
      requireInnerSizes(gradient.columns, columns, 'project');
      const target = createMatrix(gradient.rows, rows);
      return product(team, { a: gradient, right: held, target, depthStep: 4, columnStep: 4 * columns });
    },
    step,
    dispose: () => team.forget(arena),
  };
}
