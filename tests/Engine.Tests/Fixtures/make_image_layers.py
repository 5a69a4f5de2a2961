"""Writes image_layers.txt: convolutions, pools and normalisations, as PyTorch computes them.

Run with Debian's python3-torch:  python3 make_image_layers.py > image_layers.txt
The numbers that go in (samples, weights) are small rational functions of their index, so that the test can make the
same ones without a file. What comes out, in double precision: of each case the result, and the gradients of the
result's weighted sum to the samples and to every parameter.
"""
import torch
from torch.nn import functional as f

torch.set_default_dtype(torch.float64)


def values(sizes, salt):
    count = torch.Size(sizes).numel()
    return torch.tensor([((i * 37 + salt * 101) % 64 - 31.5) / 40 for i in range(count)]).reshape(sizes).requires_grad_()


def case(name, result, *inputs):
    weights = torch.tensor([0.5 + i % 7 * 0.25 for i in range(result[0].numel())]).reshape(result[0].shape)
    gradients = torch.autograd.grad((result * weights).sum(), inputs)
    for part, tensor in zip(["result", "to-x", "to-weight", "to-bias"], [result, *gradients]):
        print(f"{name}.{part}", *[repr(v) for v in tensor.detach().reshape(-1).tolist()])


x, w, b = values([3, 2, 7, 6], 1), values([4, 2, 3, 3], 2), values([4], 3)
case("conv", f.conv2d(x, w, b), x, w, b)
case("conv-strided", f.conv2d(x, w, b, stride=2, padding=1), x, w, b)
case("conv-dilated", f.conv2d(x, w, b, padding=2, dilation=2), x, w, b)
x, w, b = values([3, 4, 5, 6], 4), values([6, 2, 2, 3], 5), values([6], 6)
case("conv-grouped", f.conv2d(x, w, b, stride=2, padding=1, groups=2), x, w, b)
x = values([3, 2, 7, 6], 7)
case("max-pool", f.max_pool2d(x, 2), x)
case("max-pool-overlapping", f.max_pool2d(x, 3, 2, 1), x)
case("avg-pool", f.avg_pool2d(x, 3, 2, 1), x)
case("global-avg-pool", x.mean((2, 3)), x)
x, w, b = values([3, 4, 3, 2], 8), values([4], 9), values([4], 10)
case("batch-norm", f.batch_norm(x, None, None, w, b, training=True), x, w, b)
mean, variance = torch.zeros(4), torch.ones(4)
f.batch_norm(x, mean, variance, w, b, training=True)
print("batch-norm.running-mean", *mean.tolist())
print("batch-norm.running-variance", *variance.tolist())
x, w, b = values([3, 2, 5], 11), values([5], 12), values([5], 13)
case("layer-norm", f.layer_norm(x, [5], w, b), x, w, b)
w = values([5, 3], 14)
indices = torch.tensor([[0, 3], [3, 4], [1, 3]])
result = f.embedding(indices, w)
weights = torch.tensor([0.5 + i % 7 * 0.25 for i in range(6)]).reshape(2, 3)
print("embedding.result", *[repr(v) for v in result.detach().reshape(-1).tolist()])
print("embedding.to-weight", *torch.autograd.grad((result * weights).sum(), w)[0].reshape(-1).tolist())
