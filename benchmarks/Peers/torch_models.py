# Trains a model of the command line's names on one fixed random batch, as 28 by 28 images of ten classes, and prints
# the rate of the best round:   torch_models.py MODEL BATCH SECONDS
import sys, time, torch, torch.nn as nn

name, batch, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
torch.set_num_threads(1)
torch.manual_seed(0)


def perceptron(widths):
    layers, inputs = [nn.Flatten()], 784
    for width in widths:
        layers += [nn.Linear(inputs, width), nn.ReLU()]
        inputs = width
    return nn.Sequential(*layers, nn.Linear(inputs, 10))


class Residual(nn.Module):
    def __init__(self, channels, width):
        super().__init__()
        stride = width // channels
        self.branch = nn.Sequential(
            *filters(channels, width, stride), nn.ReLU(), *filters(width, width))
        self.shortcut = nn.Conv2d(channels, width, 1, stride, bias=False) if stride > 1 else nn.Identity()

    def forward(self, x):
        return torch.relu(self.branch(x) + self.shortcut(x))


def filters(channels, width, stride=1):
    return nn.Conv2d(channels, width, 3, stride, padding=1, bias=False), nn.BatchNorm2d(width)


def separable(channels, width, stride=1):
    return (
        nn.Conv2d(channels, channels, 3, stride, padding=1, groups=channels, bias=False), nn.BatchNorm2d(channels),
        nn.ReLU(), nn.Conv2d(channels, width, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU())


def model():
    if name == 'linear':
        return perceptron([])
    if name.startswith('mlp:'):
        return perceptron([int(width) for width in name[4:].split(',')])
    if name == 'cnn':
        return nn.Sequential(
            nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
            nn.Linear(9216, 128), nn.ReLU(), nn.Linear(128, 10))
    if name == 'lenet5':
        return nn.Sequential(
            nn.Conv2d(1, 6, 5, padding=2), nn.Tanh(), nn.AvgPool2d(2), nn.Conv2d(6, 16, 5), nn.Tanh(),
            nn.AvgPool2d(2), nn.Flatten(), nn.Linear(400, 120), nn.Tanh(), nn.Linear(120, 84), nn.Tanh(),
            nn.Linear(84, 10))
    if name.startswith('resnet:'):
        blocks, layers, channels = int(name[7:]), [*filters(1, 16), nn.ReLU()], 16
        for width in (16, 32, 64):
            for _ in range(blocks):
                layers.append(Residual(channels, width))
                channels = width
        return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 10))
    if name == 'separable':
        return nn.Sequential(
            *filters(1, 16), nn.ReLU(), *separable(16, 32), *separable(32, 64, 2), *separable(64, 128, 2),
            nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(128, 10))
    sys.exit(f'{name} is unknown here: choose linear, mlp:WIDTHS, cnn, lenet5, resnet:BLOCKS or separable')


net = model()
x, y = torch.randn(batch, 1, 28, 28), torch.randint(0, 10, (batch,))
optimizer = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9)
loss = nn.CrossEntropyLoss()


def step():
    optimizer.zero_grad(set_to_none=True)
    loss(net(x), y).backward()
    optimizer.step()


for _ in range(3):
    step()
start, steps = time.perf_counter(), 0
while time.perf_counter() - start < seconds / 4 or steps < 3:
    step()
    steps += 1
steps = max(1, round(steps * seconds / (time.perf_counter() - start)))
best = float('inf')
for _ in range(4):
    start = time.perf_counter()
    for _ in range(steps):
        step()
    best = min(best, (time.perf_counter() - start) / steps)
print(f'torch {torch.__version__} {name} batch {batch}: {batch / best:.1f} samples/s')
