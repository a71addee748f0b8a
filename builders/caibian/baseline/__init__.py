"""Step 8, baseline: a dataset folder -> a scored, explainable TF-IDF classifier. The only door to scikit-learn.

scikit-learn, skops and scipy take longer to import than many a build to run, so they are imported by the functions that
count, train, save or load: a build without a baseline writes its report without them.
"""

from caibian.baseline.evaluate import Comparison, Evaluation, compare, evaluate
from caibian.baseline.examples import Examples, Task, from_rows, load_examples, load_task
from caibian.baseline.export import export_onnx, onnx_inputs
from caibian.baseline.models import Model, Prediction, predict
from caibian.baseline.predictions import read_predictions
from caibian.baseline.records import label_records
from caibian.baseline.report import About, write_report
from caibian.baseline.run import FOLDER, Trained, compare_folder, evaluate_folder, train_and_score
from caibian.baseline.save import load as load_model
from caibian.baseline.save import save as save_model
from caibian.baseline.train import train

__all__ = [
    "FOLDER",
    "About",
    "Comparison",
    "Evaluation",
    "Examples",
    "Model",
    "Prediction",
    "Task",
    "Trained",
    "compare",
    "compare_folder",
    "evaluate",
    "evaluate_folder",
    "export_onnx",
    "from_rows",
    "label_records",
    "load_examples",
    "load_model",
    "load_task",
    "onnx_inputs",
    "predict",
    "read_predictions",
    "save_model",
    "train",
    "train_and_score",
    "write_report",
]
