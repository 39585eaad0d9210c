"""Classes of samples that have one at each of several places: what the place alone tells of them."""

import torch

ENTRIES = 200_000   # places times classes at most


class Places:
    def __init__(self):
        self._counts = None   # places x classes

    def see(self, values):
        """values: samples x places, each a class."""
        classes = int(values.max()) + 1
        places = values.shape[1]
        if places < 2 or places * classes > ENTRIES or self._counts is not None and len(self._counts) != places:
            return
        counts = torch.nn.functional.one_hot(values.long(), classes).sum(0).double().cpu()
        if self._counts is not None:
            wider = max(classes, self._counts.shape[1])
            counts, self._counts = (torch.nn.functional.pad(each, (0, wider - each.shape[1]))
                                    for each in (counts, self._counts))
            counts += self._counts
        self._counts = counts

    def facts(self):
        """By the names of the core's facts."""
        if self._counts is None:
            return {}
        samples = self._counts.sum(1, keepdim=True)
        shares = self._counts / samples
        # Miller (1955): each class but one that occurs makes the entropy of a sample too small by 1 / (2 samples).
        entropy = torch.special.entr(shares).sum(1) + ((shares > 0).sum(1) - 1) / (2 * samples[:, 0])
        overall = torch.special.entr(shares.mean(0)).sum()
        if not overall > 0:
            return {}
        return {"constant_by_place": min(1.0, float(entropy.mean() / overall)),
                "largest_by_place": float(shares.amax(1).mean())}
