"""What is seen of a classification's logits from batch to batch."""


class Logits:
    def __init__(self):
        self.largest = 0.0
        self._samples = 0
        self._ignored = 0     # that send no gradient, though their class is not certain
        self._seen = set()    # classes that some sample has
        self._classes = 0

    def see(self, found, output):
        self.largest = max(self.largest, float(found.outputs.abs().max()))
        if output.ndim != 2 or found.ignored is None:  # of sequences and pictures, places may well be left out
            return
        self._classes = output.shape[1]
        self._samples += len(found.ignored)
        self._ignored += int(found.ignored.sum())
        self._seen.update(found.values[~found.ignored, 0].tolist())

    def facts(self):
        """By the names of the core's facts. Samples left out on purpose are of all classes."""
        without = len(self._seen) < self._classes
        return {"output_largest": self.largest,
                "samples_ignored": self._ignored / self._samples if self._samples and without else 0.0}
