import type { Bench, Section } from './bench.js';
import { timed } from './timed.js';

/** What the device does without our packages: products, the way there and back, small operations. */
export const platform: Section = async (bench, report) => {
  const { tf, size } = bench;
  for (const n of size === 'full' ? [256, 1024, 4096, 8192] : [256]) {
    const product = () => productTime(bench, n);
    report({
      timings: [
        {
          what: `product of two ${n} × ${n} matrices, one number read`,
          device: await bench.onDevice(product),
          others: n > 1024 ? [] : [{ name: 'WebAssembly', spread: await bench.onWasm(product) }],
          work: { amount: (2 * n ** 3) / 1e9, unit: 'GFLOP' },
        },
      ],
    });
  }
  const count = size === 'full' ? 2 ** 24 : 2 ** 20;
  const values = new Float32Array(count).map((_, i) => i % 7);
  const transfer = () => timed(() => thereAndBack(tf, values), { repeats: 5 });
  const small = () => timed(() => smallOperations(tf, 500), { repeats: 5 });
  report({
    timings: [
      {
        what: `${count * 4} bytes there, doubled and back`,
        device: await bench.onDevice(transfer),
        others: [],
        work: { amount: (2 * 4 * count) / 1e6, unit: 'MB' },
      },
      {
        what: '500 additions of 4096 numbers, one after the other',
        device: await bench.onDevice(small),
        others: [{ name: 'WebAssembly', spread: await bench.onWasm(small) }],
        work: { amount: 500, unit: 'operations' },
      },
      {
        what: 'one number read back, nothing else to do',
        device: await bench.onDevice(() => timed(() => smallOperations(tf, 1), { warmUps: 5, repeats: 21 })),
        others: [],
      },
    ],
  });
};

async function productTime({ tf }: Bench, n: number) {
  const [a, b] = [tf.randomUniform([n, n], -1, 1, 'float32', 1), tf.randomUniform([n, n], -1, 1, 'float32', 2)];
  const spread = await timed(
    async () => {
      const corner = tf.tidy(() => tf.slice(tf.matMul(a as never, b as never), [0, 0], [1, 1]));
      await corner.data();
      corner.dispose();
    },
    { warmUps: 2, repeats: 7 },
  );
  tf.dispose([a, b]);
  return spread;
}

async function thereAndBack(tf: Bench['tf'], values: Float32Array): Promise<void> {
  const doubled = tf.tidy(() => tf.mul(tf.tensor1d(values.slice()), 2));
  await doubled.data();
  doubled.dispose();
}

async function smallOperations(tf: Bench['tf'], count: number): Promise<void> {
  const last = tf.tidy(() => {
    const one = tf.tensor1d(new Float32Array(4096).fill(1));
    let sum: ReturnType<typeof tf.add> = one;
    for (let i = 0; i < count; i++) sum = tf.add(sum, one);
    return sum;
  });
  await last.data();
  last.dispose();
}
