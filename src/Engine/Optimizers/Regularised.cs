using Distributed.Engine.Kernels.Lanes;

namespace Distributed.Engine.Optimizers;

/// <summary>Another rule behind clipping, penalties and decay.</summary>
internal readonly struct Regularised<TRule>(TRule rule, Regularisation settings) : IUpdateRule<Regularised<TRule>>
    where TRule : struct, IUpdateRule<TRule>
{
    private readonly TRule _rule = rule;
    private readonly Regularisation _settings = settings;
    private readonly float _scale = 1;
    private readonly float _shrink = 1;
    private readonly float _clip = settings.ClipValue ?? float.PositiveInfinity;
    private readonly float _l1 = settings.L1;
    private readonly float _l2 = settings.L2;

    private Regularised(TRule rule, Regularisation settings, in StepTerms step)
        : this(rule, settings)
    {
        _scale = step.Scale;
        _shrink = (float)(1 - ((double)step.Rate * settings.WeightDecay));
    }

    public static int Slots => TRule.Slots;

    public Regularised<TRule> At(in StepTerms step) => new(_rule.At(step), _settings, step);

    public void Apply<TMath, T>(T gradient, ref T parameter, ref T first, ref T second)
        where TMath : struct, IArithmetic<T>
        where T : struct
    {
        T clip = TMath.Constant(_clip), lowest = TMath.Constant(-_clip), zero = TMath.Constant(0);
        gradient = TMath.WhereLess(clip, gradient, clip, TMath.WhereLess(gradient, lowest, lowest, gradient));
        gradient = TMath.Multiply(TMath.Constant(_scale), gradient);
        gradient = TMath.FusedMultiplyAdd(TMath.Constant(_l2), parameter, gradient);
        var sign = TMath.WhereLess(
            zero, parameter, TMath.Constant(_l1), TMath.WhereLess(parameter, zero, TMath.Constant(-_l1), zero));
        gradient = TMath.Add(gradient, sign);
        parameter = TMath.Multiply(TMath.Constant(_shrink), parameter);
        _rule.Apply<TMath, T>(gradient, ref parameter, ref first, ref second);
    }
}
