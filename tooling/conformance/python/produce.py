"""Writes the reference numbers of the Python SDK, NumPy and PyTorch into a folder: JSON files and model packages."""

import json
import sys
from pathlib import Path

import numpy as np
import reexpress_sdm as sdk
import torch
from reexpress_sdm.math import sdm_probabilities

from cases import RUNS, TRAINING_COUNT, features_and_labels, random_queries
from scoring import score_rows

SEEDS = [0, 1, 2, 7, 42, 12345, 2**31, 2**32 - 1, 2**32, 2**53 + 1, 2**63, 2**64 - 1]


def chance() -> list[dict]:
    vectors = []
    for seed in SEEDS:
        generator = np.random.default_rng(seed)
        words = [str(int(word)) for word in generator.bit_generator.random_raw(20)]
        uniform = [float(value) for value in generator.uniform(-0.5, 2.5, size=20)]
        steps = []
        for count in (1, 2, 5, 10, 11, 64, 257, 5000):
            permutation = [int(i) for i in generator.permutation(count)]
            steps.append({"permutation": permutation, "double": float(generator.random())})
        vectors.append({"seed": str(seed), "words": words, "uniform": uniform, "steps": steps})
    return vectors


def activations() -> list[dict]:
    generator = np.random.default_rng(5)
    cases = []
    for classes in (2, 3, 7):
        for scale in (0.5, 5.0, 60.0):
            rows = 40
            logits = (generator.standard_normal((rows, classes)) * scale).astype(np.float32)
            similarities = generator.integers(0, 2049, rows).astype(np.float32)
            similarities[:5] = [0, 1, 2, 2048, np.float32(np.e - 2)]
            quantiles = generator.uniform(0, 1, rows).astype(np.float32)
            quantiles[:5] = [1, 0, 1, 1, 1]
            labels = generator.integers(0, classes, rows)
            cases.append(activation_case(logits, similarities, quantiles, labels))
    return cases


def activation_case(logits, similarities, quantiles, labels) -> dict:
    parameter = torch.tensor(logits, requires_grad=True)
    log_base = torch.log(torch.tensor(similarities) + 2.0)
    scaled = parameter * torch.tensor(quantiles)[:, None] * log_base[:, None]
    losses = torch.nn.functional.cross_entropy(scaled, torch.tensor(labels), reduction="none") / log_base
    losses.mean().backward()
    log_sdm = torch.log_softmax(scaled, dim=1) / log_base[:, None]
    return {
        "logits": logits.tolist(),
        "similarities": similarities.tolist(),
        "distanceQuantiles": quantiles.tolist(),
        "labels": labels.tolist(),
        "sdkProbabilities": sdm_probabilities(logits, similarities, quantiles).tolist(),
        "torchProbabilities": torch.softmax(scaled, dim=1).tolist(),
        "logProbabilities": log_sdm.tolist(),
        "losses": losses.tolist(),
        "meanLossGradient": parameter.grad.tolist(),
    }


def regions() -> list[dict]:
    generator = np.random.default_rng(11)
    cases = []
    for case in range(60):
        classes = int(generator.integers(2, 5))
        rows = int(generator.integers(20, 400))
        labels = generator.integers(0, classes, rows)
        strength = generator.uniform(0.5, 6)
        logits = generator.standard_normal((rows, classes)) + strength * np.eye(classes)[labels]
        similarities = generator.integers(0, 30, rows)
        probabilities = sdm_probabilities(logits, similarities, generator.uniform(0.3, 1, rows))
        predictions = logits.argmax(axis=1)
        chosen = probabilities[np.arange(rows), predictions]
        rescaled = np.minimum(similarities, (2 + similarities) ** chosen).astype(np.float32)
        resolution = [0.05, 0.1, 0.01][case % 3]
        found = sdk.calibrate_nested_regions(
            probabilities, rescaled, labels, predictions=predictions, number_of_classes=classes,
            alpha_resolution=resolution, ood_limit=case % 2)
        cases.append({
            "probabilities": probabilities.tolist(), "rescaledSimilarities": rescaled.tolist(),
            "labels": labels.tolist(), "predictions": predictions.tolist(),
            "alphaResolution": resolution, "outOfDistributionLimit": case % 2,
            "regions": [{"alpha": float(region.alpha), "minimum": float(region.minimum_rescaled_similarity),
                         "thresholds": [float(value) for value in region.output_thresholds]} for region in found],
        })
    return cases


def training(folder: Path) -> list[dict]:
    vectors, labels = features_and_labels()
    head, tail = slice(0, TRAINING_COUNT), slice(TRAINING_COUNT, None)
    runs = []
    for run in RUNS:
        configuration = sdk.TrainingConfig(
            number_of_classes=2, exemplar_dimension=3, epochs=run.epochs, batch_size=5, seed=7, max_neighbors=6,
            alpha_resolution=0.1, learning_rate=run.learning_rate, cross_entropy_epochs=run.cross_entropy_epochs)
        progress: list[dict] = []
        result = sdk.train_iterations(
            configuration, vectors[head], labels[head], vectors[tail], labels[tail],
            number_of_random_shuffles=run.iterations, shuffle_training_and_calibration=run.shuffle,
            backend_options={"device": "cpu"}, progress=lambda row: progress.append(dict(row)))
        model = f"{run.name}.sdmkitmodel"
        sdk.write_artifact(folder / model, result.artifact, overwrite=True)
        runs.append({
            "name": run.name, "learningRate": run.learning_rate, "crossEntropyEpochs": run.cross_entropy_epochs,
            "epochs": run.epochs, "iterations": run.iterations, "shuffle": run.shuffle, "model": model,
            "bestEpoch": result.best_epoch, "bestIteration": result.best_iteration,
            "trainingPoolIndices": list(result.training_pool_indices),
            "history": list(result.history), "progressEpochs": [int(row["epoch"]) for row in progress],
            "weights": {name: np.asarray(getattr(result.artifact.weights, name)).ravel().tolist()
                        for name in ("projection_weight", "projection_bias", "classifier_weight", "classifier_bias")},
        })
    return runs


def main(folder: Path) -> None:
    vectors, labels = features_and_labels()
    queries = np.concatenate([vectors, random_queries(200)])
    runs = training(folder)
    write(folder, "rows", {"features": vectors.tolist(), "labels": labels.tolist(), "trainingCount": TRAINING_COUNT,
                           "queries": queries.tolist()})
    write(folder, "chance", chance())
    write(folder, "activations", activations())
    write(folder, "regions", regions())
    write(folder, "training", runs)
    for run in runs:
        write(folder, f"scores-{run['name']}", score_rows(folder / run["model"], queries))
    write(folder, "versions", {"python": sys.version.split()[0], "numpy": np.__version__,
                               "torch": torch.__version__, "reexpress-sdm": sdk.__version__})


def write(folder: Path, name: str, value) -> None:
    (folder / f"{name}.json").write_text(json.dumps(value))


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(Path(sys.argv[1]))
