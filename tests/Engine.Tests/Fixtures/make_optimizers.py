"""Writes optimizers.txt: weights, clipped gradients and learning rates, as PyTorch computes them.

Run with Debian's python3-torch:  python3 make_optimizers.py > optimizers.txt
Weights and gradients are small rational functions of their index, so that the test can make the same ones without a
file: 40 weights, and in step s (from 0) the gradients of salt 20 + s. What comes out, in double precision: of each
optimizer the weights after 25 steps, and of each schedule the learning rate of every epoch or step, the first being 1.
"""
import torch
from torch.nn.utils import clip_grad_norm_, clip_grad_value_
from torch.optim import SGD, Adagrad, Adam, AdamW, RMSprop
from torch.optim import lr_scheduler as schedules

torch.set_default_dtype(torch.float64)
WEIGHTS, STEPS = 40, 25


def values(salt):
    return torch.tensor([((i * 37 + salt * 101) % 64 - 31.5) / 40 for i in range(WEIGHTS)])


def optimizer(name, make, before=lambda weight: None):
    weight = values(1).requires_grad_()
    rule = make([weight])
    for step in range(STEPS):
        weight.grad = values(20 + step)
        before(weight)
        rule.step()
    print(name, *[repr(v) for v in weight.detach().tolist()])


optimizer("sgd", lambda w: SGD(w, lr=0.05))
optimizer("momentum", lambda w: SGD(w, lr=0.05, momentum=0.9))
optimizer("nesterov", lambda w: SGD(w, lr=0.05, momentum=0.9, nesterov=True))
optimizer("rmsprop", lambda w: RMSprop(w))
optimizer("rmsprop-other", lambda w: RMSprop(w, lr=0.02, alpha=0.9, eps=1e-4))
optimizer("adagrad", lambda w: Adagrad(w))
optimizer("adam", lambda w: Adam(w))
optimizer("adam-other", lambda w: Adam(w, lr=0.02, betas=(0.8, 0.95), eps=1e-4))
optimizer("adamw", lambda w: AdamW(w))
optimizer("adamw-decay", lambda w: AdamW(w, lr=0.02, weight_decay=0.3))
optimizer("sgd-l2", lambda w: SGD(w, lr=0.05, weight_decay=0.3))
optimizer("momentum-l2", lambda w: SGD(w, lr=0.05, momentum=0.9, weight_decay=0.3))
optimizer("nesterov-l2", lambda w: SGD(w, lr=0.05, momentum=0.9, nesterov=True, weight_decay=0.3))
optimizer("rmsprop-l2", lambda w: RMSprop(w, weight_decay=0.3))
optimizer("adagrad-l2", lambda w: Adagrad(w, weight_decay=0.3))
optimizer("adam-l2", lambda w: Adam(w, weight_decay=0.3))
optimizer("sgd-clip-value", lambda w: SGD(w, lr=0.05), lambda w: clip_grad_value_(w, 0.25))
optimizer("sgd-clip-norm", lambda w: SGD(w, lr=0.05), lambda w: clip_grad_norm_(w, 1.5))
optimizer("sgd-clip-norm-none", lambda w: SGD(w, lr=0.05), lambda w: clip_grad_norm_(w, 100))
optimizer("adam-l2-clip-value", lambda w: Adam(w, weight_decay=0.3), lambda w: clip_grad_value_(w, 0.25))
optimizer("momentum-l2-clip-norm", lambda w: SGD(w, lr=0.05, momentum=0.9, weight_decay=0.3),
          lambda w: clip_grad_norm_(w, 1.5))


def schedule(name, make, *losses):
    rule = SGD([torch.zeros(1, requires_grad=True)], lr=1)
    rates = make(rule)
    seen = []
    for loss in losses:
        seen.append(rule.param_groups[0]["lr"])
        rule.step()
        rates.step(*([] if loss is None else [loss]))
    print(name, *[repr(v) for v in seen])


EPOCHS = [None] * 20
schedule("step", lambda rule: schedules.StepLR(rule, 3, 0.5), *EPOCHS)
schedule("exponential", lambda rule: schedules.ExponentialLR(rule, 0.9), *EPOCHS)
schedule("cosine", lambda rule: schedules.CosineAnnealingLR(rule, 20, 0.1), *EPOCHS)
schedule("warm-up", lambda rule: schedules.LinearLR(rule, 1 / 5, 1, 4), *EPOCHS)
schedule("plateau", lambda rule: schedules.ReduceLROnPlateau(rule, factor=0.5, patience=2, threshold=0.01),
         5, 4, 3, 2.98, 2.97, 2.9701, 2.5, 2.5, 2.499, 2.51, 2.52, 2.5, 2.5, 2.6, 2.4, 2, 2, 2, 2, 2)
