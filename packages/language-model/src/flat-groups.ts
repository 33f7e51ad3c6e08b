import * as tf from '@tensorflow/tfjs-core';

/** Weights that are updated together, as one vector. */
export interface FlatGroup {
  readonly members: readonly { readonly name: string; readonly start: number; readonly size: number }[];
  /** Whether weight decay applies: to matrices, not to gains. */
  readonly decays: boolean;
  /** Numbers in the vector, the padding included: a multiple of 1024. */
  readonly size: number;
  /** Zeros after the last member. */
  readonly padding: tf.Tensor1D;
}

/** Numbers in a group, unless a single weight has more: half a gigabyte, well below the binding limit of GPUs. */
const LARGEST_GROUP = 2 ** 27;

/** Groups of weights, matrices and gains apart. The paddings are tensors to dispose. */
export function groupWeights(weights: ReadonlyMap<string, tf.Variable>): FlatGroup[] {
  const entries = [...weights];
  return [true, false].flatMap((decays) => {
    const ofKind = entries.filter(([, weight]) => weight.rank > 1 === decays);
    return cutBySize(ofKind).map((members) => createGroup(members, decays));
  });
}

function cutBySize(entries: readonly [string, tf.Variable][]): [string, tf.Variable][][] {
  const groups: [string, tf.Variable][][] = [];
  let size = Infinity;
  for (const entry of entries) {
    if (size + entry[1].size > LARGEST_GROUP) {
      groups.push([]);
      size = 0;
    }
    groups.at(-1)!.push(entry);
    size += entry[1].size;
  }
  return groups;
}

function createGroup(entries: readonly [string, tf.Variable][], decays: boolean): FlatGroup {
  let start = 0;
  const members = entries.map(([name, { size }]) => {
    const member = { name, start, size };
    start += size;
    return member;
  });
  const size = Math.ceil(start / 1024) * 1024;
  return { members, decays, size, padding: tf.zeros([size - start]) };
}

/** The members' tensors one after the other, then the padding. `[size]` */
export function joinedOf({ members, padding }: FlatGroup, tensors: ReadonlyMap<string, tf.Tensor>): tf.Tensor1D {
  return tf.tidy(() => {
    const parts = members.map(({ name, size }) => tf.reshape(tensors.get(name)!, [size]) as tf.Tensor1D);
    return tf.concat1d(padding.size > 0 ? [...parts, padding] : parts);
  });
}

/** The same for arrays. */
export function flattened({ members, size }: FlatGroup, arrays: ReadonlyMap<string, Float32Array>): Float32Array {
  const flat = new Float32Array(size);
  for (const { name, start } of members) flat.set(arrays.get(name)!, start);
  return flat;
}

/** The way back: a copy of each member's part. */
export function partsOf({ members }: FlatGroup, flat: Float32Array): [name: string, values: Float32Array][] {
  return members.map(({ name, start, size }) => [name, flat.slice(start, start + size)]);
}
