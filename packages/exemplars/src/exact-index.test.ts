import { createPlainKernels, loadKernels } from '@sdmjs/kernels';
import { createExactIndex } from './exact-index.js';
import { testExemplarIndex } from './testing/index.js';

testExemplarIndex('exact, plain kernels', (support) => createExactIndex(support, { kernels: createPlainKernels() }));
testExemplarIndex('exact, best kernels', (support) => createExactIndex(support));

const shared = await loadKernels();
testExemplarIndex('exact, shared kernels', (support) => createExactIndex(support, { kernels: shared }));
