import type * as tfCore from '@tensorflow/tfjs-core';
import { type HostKernel, input } from './kernel.js';

type Size4D = [number, number, number, number];

/** The gradient of tf.conv2d and tf.conv1d with respect to the filter, which the WASM backend lacks: NHWC, no dilation. */
export const filterGradient: HostKernel = {
  kernelName: 'Conv2DBackpropFilter',
  compute(call) {
    const [x, dy] = [input(call, 'x'), input(call, 'dy')];
    const { strides, pad, dataFormat, dimRoundingMode, filterShape } = call.attributes;
    if (dataFormat !== undefined && dataFormat !== 'NHWC') throw new TypeError('Conv2DBackpropFilter: wanted NHWC');
    const conv = call.tf.backend_util.computeConv2DInfo(
      x.shape as Size4D,
      filterShape as Size4D,
      strides as [number, number] | number,
      1,
      pad as 'valid' | 'same' | number | tfCore.backend_util.ExplicitPadding,
      dimRoundingMode as 'floor' | 'round' | 'ceil' | undefined,
    );
    const { host } = call;
    const out = host.output(conv.filterShape);
    const image = [host.address(x), conv.inHeight, conv.inWidth, conv.inChannels];
    const gradient = [host.address(dy), conv.batchSize, conv.outHeight, conv.outWidth, conv.outChannels];
    const filter = [host.address(out), conv.filterHeight, conv.filterWidth, conv.strideHeight, conv.strideWidth];
    host.kernels.filterGradient(...image, ...gradient, ...filter, conv.padInfo.top, conv.padInfo.left);
    return out;
  },
};
