import { type Matrix, requireColumns, requireFinite, rowOf, rowsOf, SdmError, throwIfAborted } from '@sdmjs/core';
import type { Matches } from '@sdmjs/kernels';
import type * as tfjs from '@tensorflow/tfjs-core';
import { type ExemplarIndex, type MatchOptions, requireMatchable } from '../exemplar-index.js';
import { byDistanceThenIndex, nearestRows } from '../nearest-rows.js';
import { goodClassesOf, type IndexedSupport, requireIndexable } from '../support-set.js';
import { type CentredRows, centreRows, requireFiniteDistances, squaredDistance } from './centred-rows.js';
import { countOnDevice } from './count-on-device.js';
import { rowTiles } from './row-tiles.js';

/** Numbers a support tile may hold (64 MiB): below the binding limit of every WebGPU device. */
const SUPPORT_TILE_ELEMENTS = 2 ** 24;
const DEFAULT_DISTANCES_AT_ONCE = 2 ** 22;
/** Row numbers travel as float32. */
const LARGEST_SUPPORT = 2 ** 24;

export interface TensorIndexOptions {
  /** Distances held at once, an integer >= 1; about ten tensors of that size live meanwhile. More is faster on a large GPU. @default 2 ** 22 */
  readonly distancesAtOnce?: number | undefined;
}

/**
 * Matching on the current TensorFlow.js device. The device's matrix product may round otherwise than the CPU kernels: where two
 * distances lie within that rounding, their order (so q and the nearest row) may differ from `createExactIndex`; elsewhere all
 * integers are the same. The reported distances themselves are recomputed on the CPU and follow the kernels' definition.
 */
export async function createTensorIndex(
  tf: typeof tfjs,
  support: IndexedSupport,
  { distancesAtOnce = DEFAULT_DISTANCES_AT_ONCE }: TensorIndexOptions = {},
): Promise<ExemplarIndex> {
  requireIndexable(support, 'createTensorIndex');
  requireTensorIndexOptions({ distancesAtOnce }, 'createTensorIndex');
  const { rows: size, columns } = support.representations;
  if (size > LARGEST_SUPPORT) {
    throw new SdmError(
      'out-of-range',
      `createTensorIndex: wanted at most ${LARGEST_SUPPORT} support rows, got ${size}`,
    );
  }
  const device = uploadSupport(tf, support);
  return {
    size,
    async match(queries, predictions, options) {
      throwIfAborted(options.signal, 'match');
      requireMatchable(queries, predictions, { ...options, size, columns });
      const rows = centreRows(queries, rowOf(support.representations, 0));
      requireFiniteDistances(rows, device.rows);
      return matchTiles(tf, device, { rows, predictions, options, distancesAtOnce });
    },
    async nearest(query, count, { exclusion } = {}) {
      const queries: Matrix = { data: query, rows: 1, columns: query.length };
      requireColumns(queries, columns, 'nearest: query');
      requireFinite(queries, 'nearest: query');
      const rows = centreRows(queries, rowOf(support.representations, 0));
      requireFiniteDistances(rows, device.rows);
      const distances = await download(tf.tidy(() => distancesOf(tf, device, rows)));
      return nearestRows(Float32Array.from(distances), count, exclusion)
        .map(({ index }) => ({ index, squaredDistance: squaredDistance(rows, 0, { rows: device.rows, index }) }))
        .sort(byDistanceThenIndex);
    },
    dispose() {
      tf.dispose([device.goodClasses, device.norms, ...device.tiles]);
    },
  };
}

/** The support on the device, and its centred rows here. */
/** Throws `out-of-range` for options that `createTensorIndex` would refuse. */
export function requireTensorIndexOptions(options: TensorIndexOptions, where: string): void {
  const { distancesAtOnce = DEFAULT_DISTANCES_AT_ONCE } = options;
  if (Number.isSafeInteger(distancesAtOnce) && distancesAtOnce >= 1) return;
  throw new SdmError('out-of-range', `${where}: wanted an integer distancesAtOnce >= 1, got ${distancesAtOnce}`);
}

interface DeviceSupport {
  readonly rows: CentredRows;
  /** `[1, N]` int32 */
  readonly goodClasses: tfjs.Tensor2D;
  /** `[1, N]` */
  readonly norms: tfjs.Tensor2D;
  /** `[M, rows of the tile]` each: a plain product is much the faster one on the WASM backend. */
  readonly tiles: readonly tfjs.Tensor2D[];
}

function uploadSupport(tf: typeof tfjs, support: IndexedSupport): DeviceSupport {
  const rows = centreRows(support.representations, rowOf(support.representations, 0));
  requireFiniteDistances(rows, rows);
  const { rows: size } = rows.matrix;
  return {
    rows,
    goodClasses: tf.tensor2d(goodClassesOf(support), [1, size], 'int32'),
    norms: tf.tensor2d(rows.norms, [1, size]),
    tiles: rowTiles(rows.matrix, SUPPORT_TILE_ELEMENTS).map((tile) => tf.tidy(() => tf.transpose(upload(tf, tile)))),
  };
}

async function matchTiles(
  tf: typeof tfjs,
  device: DeviceSupport,
  request: {
    readonly rows: CentredRows;
    readonly predictions: Int32Array;
    readonly options: MatchOptions;
    readonly distancesAtOnce: number;
  },
): Promise<Matches> {
  const { rows, predictions, options } = request;
  const { matrix, norms } = rows;
  const matches = emptyMatches(matrix.rows);
  const step = Math.max(1, Math.floor(request.distancesAtOnce / device.rows.matrix.rows));
  for (let start = 0; start < matrix.rows; start += step) {
    throwIfAborted(options.signal, 'match');
    const end = Math.min(start + step, matrix.rows);
    const tile = { matrix: rowsOf(matrix, start, end), norms: norms.subarray(start, end) };
    const counted = await download(
      tf.tidy(() =>
        countOnDevice(tf, distancesOf(tf, device, tile), {
          goodClasses: device.goodClasses,
          predictions: predictions.slice(start, end),
          exclusions: options.exclusions?.slice(start, end),
        }),
      ),
    );
    for (let i = start; i < end; i++) {
      const index = counted[end - start + (i - start)]!;
      matches.similarities[i] = Math.min(counted[i - start]!, options.maxSimilarity);
      matches.nearestIndices[i] = index;
      matches.nearestDistances[i] = squaredDistance(rows, i, { rows: device.rows, index });
    }
  }
  return matches;
}

/** Squared L2 of every query of the tile to every support row. `[n, N]` */
function distancesOf(tf: typeof tfjs, device: DeviceSupport, queries: CentredRows): tfjs.Tensor2D {
  const matrix = upload(tf, queries.matrix); // [n, M]
  const norms = tf.tensor2d(queries.norms.slice(), [queries.norms.length, 1]);
  const products = tf.concat(
    device.tiles.map((tile) => tf.matMul(matrix, tile)),
    1,
  ); // [n, N]
  return tf.maximum(tf.sub(tf.add(norms, device.norms), tf.mul(products, 2)), 0);
}

async function download(tensor: tfjs.Tensor): Promise<ArrayLike<number>> {
  const values = await tensor.data();
  tensor.dispose();
  return values;
}

/** A copy goes to the device: some devices keep the array they are given. */
function upload(tf: typeof tfjs, matrix: Matrix): tfjs.Tensor2D {
  return tf.tensor2d(matrix.data.slice(), [matrix.rows, matrix.columns]);
}

function emptyMatches(count: number): Matches {
  return {
    similarities: new Int32Array(count),
    nearestDistances: new Float32Array(count),
    nearestIndices: new Int32Array(count),
  };
}
