/** What the tables below it mean; written by a person who read them. */
export const EVIDENCE_INTRODUCTION = `# SDM language models and SDM networks: evidence

Written by \`apps/verified-writer/src/report-evidence.ts\` from \`docs/results/raw/sdm-language-model-*.json\`; do not edit by hand. Repeat it with

\`\`\`sh
npx --yes pnpm@12.21.0 demo --preset study --arm all --seeds 0-4 --fits 3 --backend wasm
npx --yes pnpm@12.21.0 --filter verified-writer evidence ../../docs/results/raw ../../docs/results/sdm-language-model.md ../../runs
\`\`\`

The task is that of [verified-writer](../../apps/verified-writer/README.md): the last three words before a clause end are put in order by a decoder of 85,000 weights, decoded among the three
given words; an answer is right when it stands so in the text. What is compared are ten ways to make a verified writer of one pretrained decoder, and SDM networks; five seeds (another split of the addresses, other weights, other
batches; the arms of a seed share all of these), three SDM layers for each model and each kind of features. D_tr and D_ca are the model's own answers to sentences it never saw, 2,000 and 3,600 of them. It took
4.1 hours of stages, on two shared cores, two or three runs side by side, while other work went on. The arms were run with the code of commit 46f8250, the networks with eceed8f; since then Adam of the
SDM layers moved into the kernels and rounds to float32, so a repetition agrees in what it says and not in the last digits.

Intervals of differences are 95 % percentile intervals of a bootstrap over seeds and, within them, fits. With five seeds they are rough, and too narrow rather than too wide; the counts of seeds above and below 0 stand beside them.

## The claims

| # | claim of the papers | here |
| --- | --- | --- |
| 1 | the SDM loss enlarges the admitted share | **not seen.** Static negatives: −.025 (−.080 … +.015), 1 seed up, 3 down, 1 the same; hard negatives: +.005 (−.009 … +.021). The smooth measures agree: mean SDM at ŷ −.002 and −.003, risk area of verdicts −.0001 and +.0008 |
| 2 | hard negatives help under SDM, not under cross-entropy | half. They help under both: mean SDM at ŷ +.012 (5 of 5 seeds) and +.013 (4 of 5), risk area of verdicts −.0047 and −.0057 (5 of 5 each). No interaction in any measure of the verdicts; in the risk area of answers they gain more under cross-entropy (+.0026, 5 of 5) |
| 3 | long sentences are almost all rejected | no. They are admitted about half as often as the test set (.06–.12 against .13–.21), and verdicts on them are right 97.5 % of the time or more |
| 4 | no region for the untuned model | in 4 of 5 seeds. In one seed all three layers have a region, at admitted share .12–.13 |
| 5 | the loss leaves the task alone | yes: exact match differs by +.003 and −.002 between the losses, and is .64 in every arm |
| 6 | inside the region, wrong answers are often not recognised (accuracy 0–.69 by true class refuted) | no: .989–1.00. Here support and calibration are the model's own errors, there mostly synthetic ones |
| 7 | an SDM network raises task accuracy, and admits no less | not seen. Exact match +.001 (−.000 … +.003), admitted as verified ±.000; on other prose 1–3 % are admitted, not none |
| 8 | verdicts on force-decoded answers are calibrated | yes where there is a region (11 of 15 fits): .997 within both true classes on the test set, .96–1.00 on Moby Dick, .955–1.00 on Brown fiction |

With the features of the paper (mean over prompt and answer) the SDM loss admits less, −.048 with static negatives (0 seeds up, 4 down) and −.023 with hard ones, and every arm admits less than with the features of the answer.

## Why, as far as the controls tell

- **The base does nothing here.** β = 2, β = 3, the mean β of the SDM arm (2.58–2.65) and the same bases permuted among the documents of a batch end within the noise of \`sdm-hard\`, or ahead of it: mean q is 7 larger at base 3, the risk area of verdicts .0007 smaller with permuted bases (5 of 5 seeds each). So it is not that the
  verdicts are ignored: the temperature of the loss itself has no effect that five seeds can show, except on exact match, where β = 2 costs .005 (5 of 5 seeds).
- **There is little to gain in the task.** The pretrained decoder already has exact match .64 when decoded among the given words; fine-tuning teaches the verdict and not the order. In the papers the untuned model is at .13–.33 and the tuned one above .9.
  An SDM network that trains its head on D_tr has nothing to learn either.
- **One third of the answers are wrong**, where the paper has 7 %. The region is limited by few confident errors and not by few errors: the share admitted jumps between 0 and .3 with the seed, and between layers on one model.
- **The SDM loss of the verdict token alone fails**: no region in 15 fits, and mean q, SDM at ŷ and the accuracy of the verdicts are those of the untuned model. Its gradient on the verdict is proportional to d and saturates in base 2 + q; we think that
  a layer on states that know nothing yet gives most documents a small d, so that the verdict is never learned. The reference code starts from a model that can judge; this was not tried with a warm start.

What this does not say: that the papers are wrong. Their decoder has 3.8 billion weights, copies and judges before it is fine-tuned, and is trained on hidden states of 3,072 numbers; a temperature may matter there and not here. Differences smaller than .02 in the
admitted share and .001 in the risk area cannot be seen with five seeds. Hard negatives replace the static one wherever the model is wrong (the paper: with probability ¼ of the negatives); the checkpoint is chosen on addresses of its own, not on D_ca.
`;
