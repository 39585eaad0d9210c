"""What a notebook shows of a diagnosis: the page that report() writes, in a frame."""

import tempfile
import unittest
from html.parser import HTMLParser
from pathlib import Path

import torch
from torch import nn

import gradclinic


class Frames(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))


class Notebook(unittest.TestCase):
    def test_shows_the_page_in_a_frame(self):
        torch.manual_seed(0)
        model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        x = torch.randn(32, 4)
        with gradclinic.watch(model, optimizer, name='a "<b>" & more') as clinic:
            for _ in range(5):
                loss = nn.functional.cross_entropy(model(x), (x[:, 0] > 0).long())
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                clinic.step(loss)
        diagnosis = clinic.diagnosis()
        with tempfile.TemporaryDirectory() as folder:
            page = Path(folder) / "page.html"
            diagnosis.report(page)
            written = page.read_text(encoding="utf-8")
        (tag, attributes), = Frames(diagnosis._repr_html_()).found
        self.assertEqual(tag, "iframe")
        self.assertEqual(attributes["srcdoc"], written)
        self.assertIn("more", attributes["srcdoc"])


if __name__ == "__main__":
    unittest.main()
