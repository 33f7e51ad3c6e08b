// The whole program of a worker thread, kept as text in src/generated/ so that no bundler has to find a file: it takes chunks of a task, on
// a memory that all threads share, until none is left. Runs as CommonJS in Node and as a classic worker in browsers.
'use strict';

const instances = new Map();
let setup;

function receive(message) {
  if (message.module) setup = message;
  else if (message.task) work(message);
  else instances.delete(message.forget);
}

function work({ task, parameters, counters, arena, bytes, memory }) {
  if (memory) {
    const imports = { env: { memory, fetchRows() {} } };
    instances.set(arena, { kernels: new WebAssembly.Instance(setup.module, imports).exports, memory });
  }
  const known = instances.get(arena);
  // Not all of the memory can be seen from here: the others do the task.
  if (known.memory.buffer.byteLength < bytes) return;
  const { NEXT, FINISHED, TOTAL, FAILED } = setup.fields;
  const run = known.kernels[task];
  for (let chunk = Atomics.add(counters, NEXT, 1); chunk < counters[TOTAL]; chunk = Atomics.add(counters, NEXT, 1)) {
    try {
      run(...parameters, chunk, setup.thread);
    } catch {
      Atomics.store(counters, FAILED, 1);
    }
    Atomics.add(counters, FINISHED, 1);
    Atomics.notify(counters, FINISHED);
  }
}

if (typeof require === 'function') require('node:worker_threads').parentPort.on('message', receive);
else self.addEventListener('message', (event) => receive(event.data));
