# A PyTorch training that does not learn, and what ails it: ./gradclinic python examples/pytorch.py
import torch
from torch import nn

import gradclinic

torch.manual_seed(0)
x = torch.randn(2000, 20)
y = (x[:, 0] * x[:, 1] > 0).long()

hidden = [layer for _ in range(8) for layer in (nn.Linear(64, 64), nn.Sigmoid())]
model = nn.Sequential(nn.Linear(20, 64), nn.Sigmoid(), *hidden, nn.Linear(64, 2))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

with gradclinic.watch(model, optimizer) as clinic:
    for step in range(600):
        batch = torch.randint(0, len(x), (100,))
        loss = nn.functional.cross_entropy(model(x[batch]), y[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        clinic.step(loss)

print(clinic.diagnosis())
clinic.report("diagnosis.html")
