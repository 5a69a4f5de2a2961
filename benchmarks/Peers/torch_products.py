# The three products of linear layers in one thread, as SAMPLESxINPUTSxOUTPUTS: prints the best rate of each, in GFLOP/s:
#   torch_products.py SECONDS SIZE...
import sys, time, torch

torch.set_num_threads(1)


def best_rate(left, right, out, operations, seconds):
    torch.mm(left, right, out=out)
    start, count = time.perf_counter(), 0
    while time.perf_counter() - start < seconds / 4 or count < 3:
        torch.mm(left, right, out=out)
        count += 1
    count = max(1, round(count * seconds / (time.perf_counter() - start)))
    best = float('inf')
    for _ in range(4):
        start = time.perf_counter()
        for _ in range(count):
            torch.mm(left, right, out=out)
        best = min(best, (time.perf_counter() - start) / count)
    return operations / best / 1e9


for size in sys.argv[2:]:
    samples, inputs, outputs = map(int, size.split('x'))
    x, w, dy = torch.randn(samples, inputs), torch.randn(inputs, outputs), torch.randn(samples, outputs)
    for form, left, right in (('Forward', x, w), ('InputGradient', dy, w.t()), ('WeightGradient', x.t(), dy)):
        out = torch.empty(left.shape[0], right.shape[1])
        rate = best_rate(left, right, out, 2.0 * samples * inputs * outputs, float(sys.argv[1]))
        print(f'{form} {size}: {rate:.2f} GFLOP/s')
