using System.ComponentModel;
using System.Globalization;
using System.Text.RegularExpressions;
using Distributed.Engine.Errors;
using Distributed.Engine.Kernels;

namespace Distributed.Benchmarks.Peers;

/// <summary>PyTorch in a process of its own, one thread per process.</summary>
internal sealed partial class TorchPeer
{
    /// <summary>What reports say where it took no part.</summary>
    internal const string Absent = "Without PyTorch: its script was not given.";

    private const string Versions =
        "import ctypes, torch; lib = ctypes.CDLL('libopenblas.so.0'); f = lib.openblas_get_config; "
        + "f.restype = ctypes.c_char_p; print('PyTorch', torch.__version__ + ',', f().decode().strip())";

    /// <summary>
    /// glibc's settings for a program that keeps the memory it frees. With those it has, large tensors are mapped anew
    /// every step, which where page faults are dear, in some virtual machines, takes half the time.
    /// </summary>
    private static readonly (string Name, string Value)[] KeptMemory =
        [("MALLOC_MMAP_MAX_", "0"), ("MALLOC_TRIM_THRESHOLD_", "17179869184")];

    private readonly string _python;
    private readonly Dictionary<string, string?> _variables;

    private TorchPeer(string python, Dictionary<string, string?> variables, string settings) =>
        (_python, _variables, Settings) = (python, variables, settings);

    private TorchPeer(string python)
    {
        _python = python;
        // Its defaults but for the two below: a smaller cache than there is, say, would slow it down.
        _variables = Environment.GetEnvironmentVariables().Keys.Cast<string>()
            .Where(name => name.StartsWith("OPENBLAS_", StringComparison.Ordinal)
                || name.StartsWith("OMP_", StringComparison.Ordinal)
                || name.StartsWith("MALLOC_", StringComparison.Ordinal))
            .ToDictionary(name => name, _ => (string?)null, StringComparer.Ordinal);
        _variables["OMP_NUM_THREADS"] = "1";
        // Its best kernels, whatever the environment says: by itself it takes those of AVX-512 on some of the
        // processors that have it only. What it took is part of what it calls itself.
        if (KernelPaths.Best == KernelPath.Vector512)
        {
            _variables["OPENBLAS_CORETYPE"] = "SKYLAKEX";
        }

        var shown = _variables.Where(variable => variable.Value is not null)
            .Select(variable => $"{variable.Key}={variable.Value}");
        var versions = Programs.OutputOf(python, $"-c \"{Versions}\"", variables: _variables).Trim();
        Settings = $"{versions}; {string.Join(", ", shown)}.";
    }

    /// <summary>A script of ours.</summary>
    internal static string OwnScript(string name) => Path.Combine(AppContext.BaseDirectory, "Peers", name);

    /// <summary>Versions and variables, for reports.</summary>
    internal string Settings { get; }

    /// <summary>The same where it takes part as it comes and keeping memory.</summary>
    internal string BothSettings => $"{Settings} Keeping memory: {KeepingMemory().Settings}.";

    /// <summary>The same PyTorch told to keep the memory it frees; of its settings only these are told.</summary>
    internal TorchPeer KeepingMemory()
    {
        var variables = new Dictionary<string, string?>(_variables, StringComparer.Ordinal);
        foreach (var (name, value) in KeptMemory)
        {
            variables[name] = value;
        }

        return new TorchPeer(
            _python, variables, string.Join(", ", KeptMemory.Select(variable => $"{variable.Name}={variable.Value}")));
    }

    /// <summary>The first Python that has PyTorch.</summary>
    /// <param name="given">The only one to try; null for the usual ones.</param>
    /// <remarks>Errors: UserErrorException where there is none, saying what to do.</remarks>
    internal static TorchPeer Find(string? given)
    {
        string[] candidates = given is null ? ["python3", "/usr/bin/python3"] : [given];
        return candidates.FirstOrDefault(HasTorch) is { } python
            ? new TorchPeer(python)
            : throw new UserErrorException(
                $"{string.Join(" and ", candidates)} cannot import torch: install python3-torch and libopenblas0, or "
                + "name another Python with --python PATH");
    }

    /// <summary>Runs a script and takes the samples per second that it prints.</summary>
    /// <remarks>Errors: UserErrorException for a script that fails or prints no rate.</remarks>
    internal double Rate(string script, string arguments) =>
        RateIn(string.Join('\n', Lines(script, arguments)));

    /// <summary>Runs a script and takes the lines that it prints.</summary>
    /// <remarks>Errors: UserErrorException for a script that fails.</remarks>
    internal string[] Lines(string script, string arguments) =>
        Programs.OutputOf(_python, $"{script} {arguments}", variables: _variables)
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The rate in a line such as: torch 1.13 mlp …: 51400 samples/s.</summary>
    internal static double RateIn(string output) => Line().Match(output) is { Success: true } line
        ? double.Parse(line.Groups["rate"].ValueSpan, CultureInfo.InvariantCulture)
        : throw new UserErrorException(
            $"the script printed '{output.Trim()}': needs a line that ends in ': N samples/s …'");

    private static bool HasTorch(string python)
    {
        try
        {
            return Programs.OutputOf(python, "-c \"import torch\"").Length == 0;
        }
        catch (Exception error) when (error is UserErrorException or Win32Exception)
        {
            return false;
        }
    }

    [GeneratedRegex(@": (?<rate>[\d.]+) samples/s", RegexOptions.None, 1000)]
    private static partial Regex Line();
}
