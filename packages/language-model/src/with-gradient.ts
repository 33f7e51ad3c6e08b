import * as tf from '@tensorflow/tfjs-core';

/** `tf.customGrad` with types: applies `f` to `inputs`; `f` returns the value and its gradient with respect to each input. */
export function withGradient<Inputs extends tf.Tensor[], Output extends tf.Tensor>(
  inputs: [...Inputs],
  f: (
    inputs: Inputs,
    save: (tensors: tf.Tensor[]) => void,
  ) => { value: Output; gradFunc: (dy: Output, saved: tf.Tensor[]) => tf.Tensor[] },
): Output {
  const operation = tf.customGrad((...given) => {
    const save = given.at(-1) as (tensors: tf.Tensor[]) => void;
    const { value, gradFunc } = f(given.slice(0, -1) as Inputs, save);
    return { value, gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => gradFunc(dy as Output, saved) };
  });
  return operation(...inputs) as Output;
}
