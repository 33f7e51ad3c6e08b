import { isMainThread, type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { type Matrix, rowSource, SdmError } from '@sdmjs/core';
import { kernelEngine } from './kernel-engine.js';
import type { FromWorker, ToWorker } from './round-messages.js';
import { type RoundShares, trainRound } from './train-round.js';

/** What `trainModel` hands to its worker threads, so that this program knows one of them. */
export interface RoundWorkerGift {
  readonly sdmjsRounds: Omit<RoundShares, 'pool'> & {
    readonly pool: Pick<RoundShares['pool'], 'labels' | 'classCount'> & { readonly features: Matrix };
  };
}

/** The program of a worker thread of `trainModel`: trains rounds, one at a time, on kernels of one thread. Starts by itself where it is one. */
export function serveRounds(port: MessagePort, gift: RoundWorkerGift['sdmjsRounds']): void {
  const { features, ...pool } = gift.pool;
  const shares: RoundShares = { ...gift, pool: { ...pool, examples: { features: rowSource(features) } } };
  const engine = kernelEngine();
  const stop = new AbortController();
  let goOn = () => {};
  const say = (message: FromWorker) => port.postMessage(message);
  const sayAndWait = (message: FromWorker) =>
    new Promise<void>((resolve) => {
      goOn = resolve;
      say(message);
    });
  const train = async ({ plan, resume, checkpointSeconds, wantsStates }: Extract<ToWorker, { kind: 'train' }>) => {
    try {
      const result = await trainRound({
        ...shares,
        plan,
        resume,
        checkpointSeconds,
        engine,
        isFirst: false, // the caller knows, and ends this thread
        stopSignal: stop.signal,
        onReport: (report) => sayAndWait({ kind: 'report', report }),
        onMatching: (matching) => say({ kind: 'matching', matching }),
        onState: wantsStates ? (present) => sayAndWait({ kind: 'present', present }) : undefined,
      });
      say({ kind: 'result', result });
    } catch (error) {
      say({ kind: 'failed', error, code: SdmError.is(error) ? error.code : undefined });
    }
  };
  port.on('message', (message: ToWorker) => {
    if (message.kind === 'train') void train(message);
    else if (message.kind === 'heard') goOn();
    else stop.abort();
  });
  say({ kind: 'ready' });
}

function isGift(given: unknown): given is RoundWorkerGift {
  return typeof given === 'object' && given !== null && 'sdmjsRounds' in given;
}

if (!isMainThread && parentPort && isGift(workerData)) serveRounds(parentPort, workerData.sdmjsRounds);
