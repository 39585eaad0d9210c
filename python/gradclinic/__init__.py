"""gradclinic for PyTorch: find out why a network does not train, while it trains.

    import gradclinic
    with gradclinic.watch(model, optimizer) as clinic:
        for x, y in loader:
            ...                     # your own loop, unchanged
            clinic.step(loss)
    print(clinic.diagnosis())
    clinic.report("report.html")

examine(train) trains again without each suspect, fix(train) proves which fix works.
"""

from gradclinic.callbacks import LightningCallback, TransformersCallback
from gradclinic.clinic import Clinic, watch
from gradclinic.core import Error
from gradclinic.diagnosis import Diagnosis
from gradclinic.examination import examine
from gradclinic.fixes import Fixes, fix

__all__ = ["Clinic", "Diagnosis", "Error", "Fixes", "LightningCallback", "TransformersCallback", "examine", "fix",
           "watch"]
