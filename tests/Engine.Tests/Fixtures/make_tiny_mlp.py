"""Writes tiny_mlp.txt: a two-layer network's first state, as PyTorch computes it.

Run with Debian's python3-torch:  python3 make_tiny_mlp.py > tiny_mlp.txt
The numbers that go in (weights, samples) are small rational functions of their index, so that the test can make the
same ones without a file. What comes out: logits, mean loss and every gradient at the start, and the losses of the
first ten steps of SGD with momentum 0.9 and rate 0.1, all over one batch of 12 samples, in double precision.
"""
import torch

torch.set_default_dtype(torch.float64)
INPUTS, HIDDEN, CLASSES, SAMPLES = 5, 7, 3, 12


def values(count, salt):
    return torch.tensor([((i * 37 + salt * 101) % 64 - 31.5) / 40 for i in range(count)])


w1 = values(INPUTS * HIDDEN, 1).reshape(INPUTS, HIDDEN).requires_grad_()
b1 = values(HIDDEN, 2).requires_grad_()
w2 = values(HIDDEN * CLASSES, 3).reshape(HIDDEN, CLASSES).requires_grad_()
b2 = values(CLASSES, 4).requires_grad_()
x = values(SAMPLES * INPUTS, 5).reshape(SAMPLES, INPUTS)
labels = torch.tensor([i * i % CLASSES for i in range(SAMPLES)])
parameters = [w1, b1, w2, b2]
optimizer = torch.optim.SGD(parameters, lr=0.1, momentum=0.9)


def line(name, tensor):
    print(name, *[repr(v) for v in tensor.detach().reshape(-1).tolist()])


losses = []
for step in range(10):
    optimizer.zero_grad()
    logits = torch.relu(x @ w1 + b1) @ w2 + b2
    loss = torch.nn.functional.cross_entropy(logits, labels)
    loss.backward()
    if step == 0:
        line("logits", logits)
        for name, parameter in zip(["linear1.weight", "linear1.bias", "linear2.weight", "linear2.bias"], parameters):
            line(name, parameter.grad)
    losses.append(loss.item())
    optimizer.step()
line("losses", torch.tensor(losses))
