using System;
using System.IO;
using System.Runtime.Serialization;
using System.Runtime.Serialization.Json;

namespace ImapMigration.Interop.Contract;

/// <summary>Reads and writes the contract as UTF-8 JSON, with nothing but what both editions of .NET bring along.</summary>
public static class Json
{
    /// <summary>Writes a contract object. The scratch memory is wiped: it may have held a password.</summary>
    public static byte[] Write(object value)
    {
        using var stream = new WipedStream();
        new DataContractJsonSerializer(value.GetType(), Settings(value)).WriteObject(stream, value);
        return stream.ToArray();
    }

    /// <summary>Reads a contract object.</summary>
    public static T Read<T>(byte[] utf8) => (T)Read(utf8, typeof(T));

    /// <summary>Reads a contract object of a type known at run time.</summary>
    public static object Read(byte[] utf8, Type type)
    {
        using var stream = new MemoryStream(utf8, writable: false);
        return new DataContractJsonSerializer(type).ReadObject(stream)
            ?? throw new FormatException($"the JSON holds no {type.Name}");
    }

    // The contract has tags of its own; .NET's type hints would be unknown keys to the library.
    private static DataContractJsonSerializerSettings Settings(object value) => new()
    {
        EmitTypeInformation = EmitTypeInformation.Never,
        UseSimpleDictionaryFormat = true,
        KnownTypes = value is Request request ? [request.Arguments.GetType()] : [],
    };
}
