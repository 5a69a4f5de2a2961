# Trains a model of the command line, by name or spelled out as [layer, ...], on one fixed random batch of ten classes,
# and prints the rate of the best round:   torch_models.py MODEL BATCH SECONDS [SIDE,...]
# A sample is one image of 28 by 28 unless its sides are given.
import re, sys, time, torch, torch.nn as nn

NAMED = {
    'linear': '[flatten, linear(10)]',
    'cnn': '[images, conv(32, size=3), relu, conv(64, size=3), relu, maxpool(2), flatten, linear(128), relu, '
           'linear(10)]',
    'lenet5': '[images, conv(6, size=5, padding=2), tanh, avgpool(2), conv(16, size=5), tanh, avgpool(2), flatten, '
              'linear(120), tanh, linear(84), tanh, linear(10)]',
}


def spelled(name):
    if name.startswith('['):
        return name
    if name.startswith('mlp:'):
        hidden = ''.join(f'linear({width}), relu, ' for width in name[4:].split(','))
        return f'[flatten, {hidden}linear(10)]'
    if name.startswith('resnet:'):
        return f"[{', '.join(residual_layers(int(name[7:])))}]"
    if name in NAMED:
        return NAMED[name]
    sys.exit(f'{name} is unknown here: choose linear, mlp:WIDTHS, cnn, lenet5, resnet:BLOCKS or [layer, ...]')


def residual_layers(blocks):
    yield 'images, conv(16, size=3, padding=1, bias=false), batchnorm, relu'
    channels = 16
    for width in (16, 32, 64):
        for _ in range(blocks):
            stride = width // channels
            shortcut = f', shortcut=[conv({width}, size=1, stride=2, bias=false)]' if stride > 1 else ''
            yield (f'residual([conv({width}, size=3, stride={stride}, padding=1, bias=false), batchnorm, relu, '
                   f'conv({width}, size=3, padding=1, bias=false), batchnorm]{shortcut}), relu')
            channels = width
    yield 'globalpool, linear(10)'


# What stands between the commas that are in no brackets.
def parts(text):
    depth, part = 0, ''
    for sign in text:
        depth += (sign in '([') - (sign in ')]')
        if sign == ',' and depth == 0:
            yield part.strip()
            part = ''
        else:
            part += sign
    if part.strip():
        yield part.strip()


class Images(nn.Module):
    def forward(self, x):
        return x.unsqueeze(1) if x.dim() == 3 else x


class Residual(nn.Module):
    def __init__(self, layers, shortcut):
        super().__init__()
        self.layers, self.shortcut = layers, shortcut

    def forward(self, x):
        return self.layers(x) + self.shortcut(x)


def layer(text, shape):
    kind, _, inside = re.fullmatch(r'([a-z-]+)(\((.*)\))?', text, re.S).groups()
    given = list(parts(inside or ''))
    named = dict(part.split('=', 1) for part in given if re.match(r'[a-z]+=', part))
    first = given[0] if given and not re.match(r'[a-z]+=', given[0]) else None

    def number(name, default):
        return int(named.get(name, default))

    if kind == 'linear':
        return nn.Linear(shape[-1], int(first), bias=named.get('bias') != 'false')
    if kind == 'conv':
        return nn.Conv2d(
            shape[0], int(first), number('size', 0), number('stride', 1), number('padding', 0), number('dilation', 1),
            number('groups', 1), bias=named.get('bias') != 'false')
    if kind == 'maxpool':
        return nn.MaxPool2d(int(first), number('stride', first), number('padding', 0))
    if kind == 'avgpool':
        return nn.AvgPool2d(int(first), number('stride', first), number('padding', 0), count_include_pad=False)
    if kind == 'residual':
        return Residual(model(first, shape), model(named['shortcut'], shape) if 'shortcut' in named else nn.Identity())
    return {
        'images': Images, 'flatten': nn.Flatten, 'relu': nn.ReLU, 'sigmoid': nn.Sigmoid, 'tanh': nn.Tanh,
        'gelu': nn.GELU, 'silu': nn.SiLU, 'leaky-relu': nn.LeakyReLU, 'softplus': nn.Softplus,
        'globalpool': lambda: nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten()),
        'batchnorm': lambda: (nn.BatchNorm2d if len(shape) == 3 else nn.BatchNorm1d)(shape[0]),
        'layernorm': lambda: nn.LayerNorm(shape[-1]), 'dropout': lambda: nn.Dropout(float(first or 0.5)),
    }[kind]()


def model(text, shape):
    layers = nn.Sequential()
    for number, part in enumerate(parts(text.strip()[1:-1])):
        layers.add_module(str(number), layer(part, shape))
        with torch.no_grad():
            shape = layers[-1](torch.zeros(2, *shape)).shape[1:]
    return layers


name, batch, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
sides = [int(side) for side in sys.argv[4].split(',')] if len(sys.argv) > 4 else [28, 28]
torch.set_num_threads(1)
torch.manual_seed(0)
net = model(spelled(name), sides)
x, y = torch.randn(batch, *sides), torch.randint(0, 10, (batch,))
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
print(f'torch {torch.__version__} batch {batch}: {batch / best:.1f} samples/s')
