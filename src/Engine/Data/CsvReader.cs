using System.Text;
using Distributed.Engine.Errors;

namespace Distributed.Engine.Data;

/// <summary>Rows of fields from comma-separated text, as RFC 4180 has it, one row in memory at a time.</summary>
/// <remarks>
/// A field may stand in double quotes, within which separators and line ends are text and "" is one quote. Lines end
/// in LF or CR LF, the last one may lack it. UTF-8, a byte order mark is skipped.
/// Errors: UserErrorException naming file, line and column for an empty line, a quote that never closes, text after a
/// closing quote, a quote or a lone CR inside a field, and bytes that are not UTF-8.
/// </remarks>
internal sealed class CsvReader : IDisposable
{
    private const int End = -1;
    private readonly StreamReader _text;
    private readonly char[] _buffer = new char[1 << 16];
    private readonly string _path;
    private readonly char _separator;
    private readonly StringBuilder _row = new();
    private readonly List<int> _ends = [];
    private char[] _fields = [];
    private int _buffered;
    private int _position;
    private long _nextLine = 1;

    internal CsvReader(string path, char separator)
    {
        var encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
        _text = new StreamReader(path, encoding, detectEncodingFromByteOrderMarks: false, 1 << 16);
        _path = path;
        _separator = separator;
    }

    /// <summary>The line at which the current row begins, from 1.</summary>
    internal long Line { get; private set; }

    /// <summary>The number of fields of the current row.</summary>
    internal int FieldCount => _ends.Count;

    /// <summary>One field of the current row, without its quotes; valid until the next row is read.</summary>
    internal ReadOnlySpan<char> Field(int index)
    {
        var start = index == 0 ? 0 : _ends[index - 1];
        return _fields.AsSpan(start, _ends[index] - start);
    }

    /// <summary>The current row's fields as texts of their own.</summary>
    internal string[] ToStrings() => [.. Enumerable.Range(0, FieldCount).Select(index => Field(index).ToString())];

    /// <summary>Reads the next row; false at the end of the file.</summary>
    internal bool ReadRow()
    {
        if (Line == 0 && Peek() == '\uFEFF')
        {
            _position++;
        }

        if (Peek() == End)
        {
            return false;
        }

        Line = _nextLine;
        _row.Clear();
        _ends.Clear();
        int ending;
        do
        {
            ending = Peek() == '"' ? ReadQuoted() : ReadPlain();
            _ends.Add(_row.Length);
        }
        while (ending == _separator);
        _nextLine++;
        if (_row.Length == 0 && _ends.Count == 1)
        {
            throw new UserErrorException($"{_path}: line {Line} is empty; delete it");
        }

        if (_fields.Length < _row.Length)
        {
            _fields = new char[Math.Max(_row.Length, 2 * _fields.Length)];
        }

        _row.CopyTo(0, _fields, _row.Length);
        return true;
    }

    public void Dispose() => _text.Dispose();

    /// <summary>Reads an unquoted field and what ends it: the separator, the line's end or the file's.</summary>
    private int ReadPlain()
    {
        while (true)
        {
            var next = Next();
            if (next == '\r')
            {
                if (Next() != '\n')
                {
                    throw Malformed("has a carriage return that no line feed follows; save the file with LF or CR LF");
                }

                return '\n';
            }
            if (next == End || next == '\n' || next == _separator)
            {
                return next;
            }

            if (next == '"')
            {
                throw Malformed(
                    "has a quote inside an unquoted field; quote the whole field and double the quotes in it");
            }

            _row.Append((char)next);
        }
    }

    /// <summary>Reads a quoted field and what ends it.</summary>
    private int ReadQuoted()
    {
        Next();
        while (true)
        {
            var next = Next();
            if (next == End)
            {
                throw Malformed("opens a quote that never closes; close it");
            }

            if (next == '\n')
            {
                _nextLine++;
            }

            if (next != '"')
            {
                _row.Append((char)next);
            }
            else if (Peek() == '"')
            {
                _row.Append((char)Next());
            }
            else
            {
                var length = _row.Length;
                var ending = ReadPlain();
                return _row.Length == length ? ending
                    : throw Malformed("has text after a closing quote; put the separator there");
            }
        }
    }

    private UserErrorException Malformed(string what) => new($"{_path}: line {Line}, column {_ends.Count + 1} {what}");

    private int Next()
    {
        var next = Peek();
        _position++;
        return next;
    }

    private int Peek()
    {
        if (_position < _buffered)
        {
            return _buffer[_position];
        }

        try
        {
            _buffered = _text.Read(_buffer, 0, _buffer.Length);
        }
        catch (DecoderFallbackException)
        {
            throw new UserErrorException($"{_path}: after line {_nextLine} come bytes that are not UTF-8; " +
                "save the file as UTF-8 text");
        }
        _position = 0;
        return _buffered == 0 ? End : _buffer[0];
    }
}
