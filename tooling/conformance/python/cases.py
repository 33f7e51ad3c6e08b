"""The training case of the conformance test: a closed form without distance ties, and the runs made of it."""

from dataclasses import dataclass

import numpy as np


def features_and_labels() -> tuple[np.ndarray, np.ndarray]:
    rows = range(30)
    labels = np.array([i % 2 for i in rows], dtype=np.int64)
    vectors = np.zeros((30, 3), dtype=np.float32)
    for i in rows:
        shift = (2 * labels[i], -labels[i], 0)
        for j in range(3):
            residue = (17 * i**3 + 101 * i * (j + 1) + 29 * j**2 * i**2 + 50 * j) % 257
            vectors[i, j] = residue / 64 + shift[j]
    return vectors, labels


TRAINING_COUNT = 16


@dataclass(frozen=True)
class Run:
    name: str
    learning_rate: float
    cross_entropy_epochs: int
    epochs: int
    iterations: int = 1
    shuffle: bool = False


RUNS = [
    Run("one-ce-epoch", 0.05, 1, 6),
    Run("three-ce-epochs", 0.05, 3, 6),
    Run("two-ce-epochs-fast", 0.1, 2, 5),
    Run("three-shuffles", 0.05, 1, 2, iterations=3, shuffle=True),
]


def random_queries(count: int) -> np.ndarray:
    """Rows about as wide as the training rows, and some far away."""
    generator = np.random.default_rng(2026)
    near = generator.uniform(-1, 6, size=(count - 20, 3))
    far = generator.uniform(-40, 40, size=(20, 3))
    return np.concatenate([near, far]).astype(np.float32)
