using System.Text;

namespace Distributed.Cli.Display;

/// <summary>Standard error by lines; while a live picture is drawn they go there, lest they tear it.</summary>
internal sealed class ErrorLines(TextWriter inner) : TextWriter
{
    private volatile Action<string>? _picture;

    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => inner.Write(value);

    public override void WriteLine(string? value)
    {
        if (_picture is { } picture)
        {
            picture(value ?? "");
        }
        else
        {
            inner.WriteLine(value);
        }
    }

    public override void Flush() => inner.Flush();

    /// <summary>Where lines go from now on; null for standard error again.</summary>
    internal void Redirect(Action<string>? picture) => _picture = picture;
}
