"""Writes functions.txt: element-wise operations, softmax and losses, as PyTorch computes them.

Run with Debian's python3-torch:  python3 make_functions.py > functions.txt
The numbers that go in are small rational functions of their index, so that the test can make the same ones without a
file. What comes out, in double precision: of each case the result, element by element or sample by sample, and the
gradients of the result's weighted sum to the case's inputs.
"""
import torch
from torch.nn import functional as f

torch.set_default_dtype(torch.float64)
SAMPLES, WIDTH = 6, 5


def values(salt, scale=1.0, shift=0.0, sizes=(SAMPLES, WIDTH)):
    count = torch.Size(sizes).numel()
    numbers = [((i * 37 + salt * 101) % 64 - 31.5) / 40 * scale + shift for i in range(count)]
    return torch.tensor(numbers).reshape(sizes).requires_grad_()


def case(name, result, *inputs):
    per_sample = result[0].numel()
    weights = torch.tensor([0.5 + i % 7 * 0.25 for i in range(per_sample)]).reshape(result[0].shape)
    print(f"{name}.result", *[repr(v) for v in result.detach().reshape(-1).tolist()])
    gradients = torch.autograd.grad((result * weights).sum(), inputs) if inputs else []
    for part, gradient in zip(["to-x", "to-y"], gradients):
        print(f"{name}.{part}", *[repr(v) for v in gradient.reshape(-1).tolist()])


x = values(1, 5)
for name, function in {
    "exp": torch.exp, "square": torch.square, "abs": torch.abs, "negate": torch.neg, "erf": torch.erf,
    "relu": torch.relu, "leaky-relu": lambda x: f.leaky_relu(x, 0.2), "sigmoid": torch.sigmoid, "tanh": torch.tanh,
    "softplus": f.softplus, "gelu": f.gelu, "silu": f.silu, "clamp": lambda x: x.clamp(-1.5, 0.75),
    "power-whole": lambda x: x ** 3, "softmax": lambda x: x.softmax(-1), "log-softmax": lambda x: x.log_softmax(-1),
    "sum": lambda x: x.sum(1), "mean": lambda x: x.mean(1), "max": lambda x: x.max(1).values,
    "min": lambda x: x.min(1).values,
}.items():
    case(name, function(x), x)

x = values(2, 2, 2)
for name, function in {
    "log": torch.log, "sqrt": torch.sqrt, "power-fraction": lambda x: x ** 1.75, "reciprocal": lambda x: 1 / x,
}.items():
    case(name, function(x), x)

x, y = values(3, 2, 2), values(4, 2, 2)
for name, function in {
    "add": torch.add, "subtract": torch.sub, "multiply": torch.mul, "divide": torch.div, "power": torch.pow,
    "maximum": torch.maximum, "minimum": torch.minimum, "select": lambda x, y: torch.where(x < y, x * x, y * x),
}.items():
    case(name, function(x, y), x, y)
x, y = values(3, 2), values(4, 2)
for name, function in {
    "less": torch.lt, "less-or-equal": torch.le, "greater": torch.gt, "greater-or-equal": torch.ge, "equal": torch.eq,
    "not-equal": torch.ne,
}.items():
    case(name, function(x.relu(), y.relu()).double())

x, y = values(5, 3), values(6, 1.25)
labels = torch.tensor([i * i % WIDTH for i in range(SAMPLES)])
case("mse", f.mse_loss(x, y, reduction="none").mean(1), x, y)
case("half-mse", f.mse_loss(x, y, reduction="none").mean(1) / 2, x, y)
case("sum-of-squares", f.mse_loss(x, y, reduction="none").sum(1), x, y)
case("half-sum-of-squares", f.mse_loss(x, y, reduction="none").sum(1) / 2, x, y)
case("huber", f.huber_loss(x, y, reduction="none"), x, y)
case("huber-other", f.huber_loss(x, y, reduction="none", delta=0.4), x, y)
case("cross-entropy", f.cross_entropy(x, labels, reduction="none"), x)
case("cross-entropy-smoothed", f.cross_entropy(x, labels, reduction="none", label_smoothing=0.15), x)
one_hot = f.one_hot(labels, WIDTH).double()
case("cross-entropy-one-hot", f.cross_entropy(x, one_hot, reduction="none", label_smoothing=0.15), x)
p = values(7, 0.6, 0.5)
case("bce", f.binary_cross_entropy(p, values(8, 0.5, 0.5).detach(), reduction="none"), p)
case("bce-logits", f.binary_cross_entropy_with_logits(x, values(8, 0.5, 0.5).detach(), reduction="none"), x)
