import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { BuildError } from './build-error.js';
import { lastLines, runTool } from './run-tool.js';

/**
 * Compiles the addon of tfjs-node, which uses Node-API and the C API of TensorFlow alone, into the place where tfjs-node keeps it. It
 * finds the libraries relative to itself, so the folder may move; theirs find CUDA in the same way.
 */
export async function compileAddon(options: {
  readonly folder: string;
  readonly compiler: string;
  readonly env: NodeJS.ProcessEnv;
}): Promise<void> {
  const { folder, compiler, env } = options;
  const modules = join(folder, 'node_modules');
  const source = join(modules, '@tensorflow/tfjs-node');
  const libraries = join(folder, 'site-packages/tensorflow');
  const target = join(source, 'lib/napi-v8');
  await mkdir(target, { recursive: true });
  const argv = ['-std=c++17', '-O2', '-fPIC', '-shared', '-w'];
  argv.push('-DNAPI_VERSION=8', '-DNODE_GYP_MODULE_NAME=tfjs_binding', '-DBUILDING_NODE_EXTENSION');
  argv.push('-I', source, '-I', join(modules, 'node-api-headers/include'), '-I', join(libraries, 'include'));
  argv.push(join(source, 'binding/tfjs_backend.cc'), join(source, 'binding/tfjs_binding.cc'));
  argv.push('-L', libraries, '-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2');
  argv.push('-Wl,-rpath,$ORIGIN/../../../../../site-packages/tensorflow');
  argv.push('-o', join(target, 'tfjs_binding.node'));
  const { status, output } = await runTool(compiler, argv, { env });
  if (status === 0) return;
  throw new BuildError(
    'failed',
    `native-tensorflow: ${compiler} could not compile the addon:\n${lastLines(output, 30)}`,
  );
}
