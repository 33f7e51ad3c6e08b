"""One measurement of the Python SDK, in a process of its own: `peer.py JOB` prints one line of JSON, `peer.py versions` what runs here.

Only public functions, called as a user of the SDK calls them, with their defaults; what is not a default is said where it is given.
`src/peers/ours-child.ts` does the same work with sdm.js. Loading and one warm-up are not timed on either side.
"""

import hashlib
import json
import sys
import time
from pathlib import Path

import numpy as np
import reexpress_sdm as sdk
import torch


def measure_scoring(job: dict) -> dict:
    """`SDMModel.score` of many rows. Its default shows 25 exemplars a row, ours none: none on both sides."""
    model, rows = load_model(job), read_matrix(job, "test")[: job["scale"]["queries"]]
    model.score(rows[: job["warmUp"]], nearest_exemplars=0)
    reading, scores = timed(lambda: model.score(rows, nearest_exemplars=0))
    return {**reading, "outcome": scored(scores)}


def measure_document(job: dict) -> dict:
    """`SDMModel.score` of one row after the other, 25 exemplars shown, as is its default."""
    model, scores, times = load_model(job), [], []
    rows = read_matrix(job, "test")[: job["warmUp"] + job["scale"]["documents"]]
    for row in rows[: job["warmUp"]]:
        model.score(row)

    def score_each() -> None:
        for row in rows[job["warmUp"]:]:
            start = time.perf_counter()
            scores.extend(model.score(row))
            times.append(time.perf_counter() - start)

    reading, _ = timed(score_each)
    nearest = [match.support_index for score in scores for match in score.nearest_support_matches]
    outcome = {**scored(scores), "nearest rows": nearest}
    return {**reading, "seconds": percentile(times, 50), "slowSeconds": percentile(times, 95), "outcome": outcome}


def measure_epoch(job: dict) -> dict:
    """`train_iterations` for two epochs; the second epoch, by its own clock. On the CPU, the splits as given, a larger learning rate (`scale.ts`)."""
    scale = job["scale"]
    sets = [read_matrix(job, name) for name in ("training", "calibration")]
    labels = [np.arange(len(rows)) % 2 for rows in sets]
    configuration = sdk.TrainingConfig(
        number_of_classes=2, exemplar_dimension=scale["representation"], epochs=2, learning_rate=job["learningRate"])
    reading, result = timed(lambda: sdk.train_iterations(
        configuration, sets[0], labels[0], sets[1], labels[1],
        shuffle_training_and_calibration=False, backend_options={"device": "cpu"}))
    rows, regions = result.artifact.calibration_rows, result.artifact.regions
    return {**reading, "seconds": result.history[1]["durationSeconds"], "outcome": {
        "best epoch": [result.best_epoch],
        "predictions": [row["prediction"] for row in rows],
        "q, exactly": [row["q"] for row in rows],
        "q, within 1 %": [row["q"] for row in rows],
        "d": [row["d"] for row in rows],
        "regions": [region.alpha for region in regions],
        "thresholds": sum((list(region.output_thresholds) for region in regions), []),
        "history": [row[key] for row in result.history for key in (
            "trainingLoss", "balancedTrainingAccuracy", "balancedCalibrationAccuracy", "balancedMeanTrainingQ",
            "balancedMeanCalibrationQ", "balancedTrainingSDMLoss", "balancedCalibrationSDMLoss")],
    }}


def measure_ladder(job: dict) -> dict:
    """`calibrate_nested_regions`, the first call of a process."""
    folder = Path(job["folder"]) / job["work"]
    probabilities = np.fromfile(folder / "probabilities.f32", dtype="<f4").reshape(-1, 2)
    rescaled = np.fromfile(folder / "rescaled.f32", dtype="<f4")
    labels, predictions = (np.fromfile(folder / f"{name}.i32", dtype="<i4") for name in ("labels", "predictions"))
    resolution = job["scale"][job["work"]]["resolution"]
    reading, regions = timed(lambda: sdk.calibrate_nested_regions(
        probabilities, rescaled, labels, number_of_classes=2, alpha_resolution=resolution, predictions=predictions))
    numbers = [[region.alpha, region.minimum_rescaled_similarity, *region.output_thresholds] for region in regions]
    return {**reading, "outcome": {"regions": sum(numbers, [])}}


def measure_rows(job: dict) -> dict:
    """`Dataset.load` of a file of JSON Lines."""
    reading, dataset = timed(lambda: sdk.Dataset.load(Path(job["folder"]) / "rows.jsonl"))
    outcome = {
        "matrix": [hashlib.sha256(np.ascontiguousarray(dataset.vectors).tobytes()).hexdigest()],
        "labels": list(dataset.labels),
        "ids": list(dataset.ids),
    }
    return {**reading, "outcome": outcome}


def scored(scores) -> dict:
    q = [score.q for score in scores]
    return {
        "predictions": [score.prediction for score in scores],
        "q, exactly": q,
        "q, within 1 %": q,
        "d": [score.d for score in scores],
        "probabilities": [score.sdm[score.prediction] for score in scores],
        "assigned regions": [score.centroid_region_alpha for score in scores],
        "assigned lower regions": [score.lower_region_alpha for score in scores],
    }


def timed(work):
    """Seconds of wall time and of all threads' processor time, and resident memory before it and at its highest."""
    resident = status("VmRSS")
    start, processor = time.perf_counter(), time.process_time()
    result = work()
    seconds, processor = time.perf_counter() - start, time.process_time() - processor
    memory = {"residentBytes": resident, "peakBytes": status("VmHWM")}
    return {"seconds": seconds, "processorSeconds": processor, **memory}, result


def status(field: str) -> int:
    """Not getrusage: on Linux its maximum begins with what the parent held when it forked."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) * 1024
    raise SystemExit("peer.py needs the /proc of Linux")


def percentile(times: list[float], level: int) -> float:
    return sorted(times)[min(len(times) - 1, len(times) * level // 100)]


def load_model(job: dict) -> sdk.SDMModel:
    return sdk.SDMModel.load(Path(job["folder"]) / "model.sdmkitmodel", device="cpu")


def read_matrix(job: dict, name: str) -> np.ndarray:
    return np.fromfile(Path(job["folder"]) / f"{name}.f32", dtype="<f4").reshape(-1, job["scale"]["features"])


def versions() -> dict:
    mkl = [line.strip() for line in torch.__config__.parallel_info().splitlines()]
    return {
        "reexpress-sdm": sdk.__version__, "torch": torch.__version__, "numpy": np.__version__,
        "python": sys.version.split()[0], "torchThreads": torch.get_num_threads(),
        "mklThreads": int(next(line.split(":")[1] for line in mkl if line.startswith("mkl_get_max_threads"))),
        "mkl": next(line.split("Version ")[1].split("-")[0] for line in mkl if "Math Kernel Library" in line),
        "instructions": torch.backends.cpu.get_cpu_capability(),
    }


MEASURE = {
    "scoring": measure_scoring,
    "document": measure_document,
    "epoch": measure_epoch,
    "ladder-model": measure_ladder,
    "ladder-fine": measure_ladder,
    "ladder-long": measure_ladder,
    "rows": measure_rows,
}

if __name__ == "__main__":
    if sys.argv[1] == "versions":
        print(json.dumps(versions()))
    else:
        JOB = json.loads(sys.argv[1])
        print(json.dumps(MEASURE[JOB["work"]](JOB)))
