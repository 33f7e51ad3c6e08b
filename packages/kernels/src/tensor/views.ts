import { type HostKernel, input } from './kernel.js';

/** The same values under a new tensor. Tensors never change in place, so nothing is copied. */
export const identity: HostKernel = {
  kernelName: 'Identity',
  compute(call) {
    const x = input(call, 'x');
    return x.dtype === 'string' ? undefined : call.host.view(x, x.shape);
  },
};

/** A cast to the type the tensor has already, as gradients of products ask for. */
export const cast: HostKernel = {
  kernelName: 'Cast',
  compute(call) {
    const x = input(call, 'x');
    return x.dtype === call.attributes['dtype'] && x.dtype !== 'string' ? call.host.view(x, x.shape) : undefined;
  },
};
