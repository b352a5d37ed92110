"""Functions in Python, for what DuckDB's SQL cannot do; slow, so only where a result must be Spark's own."""

from __future__ import annotations

import hashlib
import json
import math
import struct
import zlib
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import duckdb

_MASK = (1 << 64) - 1


def install(connection: duckdb.DuckDBPyConnection) -> None:
    """Register the functions."""
    for name, (function, arguments, result) in _FUNCTIONS.items():
        connection.create_function(name, function, list(arguments), result)


def _sha(name: str) -> Any:
    return lambda text: hashlib.new(name, text.encode()).hexdigest()


def crc32(text: str) -> int:
    """CRC-32 of the UTF-8."""
    return zlib.crc32(text.encode())


def soundex(text: str) -> str:
    """American Soundex, as Spark: what does not begin with a letter stays."""
    codes = {**dict.fromkeys("BFPV", "1"), **dict.fromkeys("CGJKQSXZ", "2"), **dict.fromkeys("DT", "3"), "L": "4"}
    codes |= {**dict.fromkeys("MN", "5"), "R": "6"}
    upper = text.upper()
    if not upper or not ("A" <= upper[0] <= "Z"):
        return text
    out, last = upper[0], codes.get(upper[0], "0")
    for letter in upper[1:]:
        if letter in "HW":
            continue
        code = codes.get(letter, "0")
        if code not in ("0", last):
            out += code
        last = code
    return (out + "000")[:4]


def conv(number: str, source: int, target: int) -> str | None:
    """A whole number from one base to another."""
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    text = number.strip().upper()
    negative = text.startswith("-")
    value = 0
    for letter in text.lstrip("-"):
        at = digits.find(letter)
        if not 0 <= at < source:
            break
        value = value * source + at
    if negative:
        value = -value & _MASK if target > 0 else -value
    sign, value, out = ("-" if value < 0 else ""), abs(value), ""
    while value:
        value, rest = divmod(value, abs(target))
        out = digits[rest] + out
    return sign + (out or "0")


def float_text(value: float) -> str:
    """A double as Java prints it: 1.0E10 from ten million on."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        text = format(Decimal(repr(value)), "f")
        return text if "." in text else text + ".0"
    sign, digits, exponent = Decimal(repr(value)).as_tuple()
    shown = "".join(str(digit) for digit in digits).rstrip("0") or "0"
    power = len(digits) + int(exponent) - 1
    return f"{'-' if sign else ''}{shown[0]}.{shown[1:] or '0'}E{power}"


def drop_nulls(text: str) -> str:
    """JSON without fields that are null, as to_json writes it."""

    def clean(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: clean(each) for key, each in value.items() if each is not None}
        return [clean(each) for each in value] if isinstance(value, list) else value

    return json.dumps(clean(json.loads(text)), separators=(",", ":"), ensure_ascii=False)


def _parts(marked: list[str | None]) -> list[tuple[str, str] | None]:
    """Type and text of each argument; None for null."""
    split = [None if each is None else each.partition("\0") for each in marked]
    return [None if each is None else (each[0], each[2]) for each in split]


def _bytes(kind: str, text: str) -> tuple[str, bytes]:
    """How Spark hashes a value: as a 32-bit number, a 64-bit number, or bytes."""
    if kind in ("INTEGER", "SMALLINT", "TINYINT"):
        return "int", struct.pack("<i", int(text))
    if kind == "BOOLEAN":
        return "int", struct.pack("<i", text == "true")
    if kind == "DATE":
        return "int", struct.pack("<i", (date.fromisoformat(text) - date(1970, 1, 1)).days)
    if kind == "BIGINT":
        return "long", struct.pack("<q", int(text))
    if kind == "DOUBLE":
        return "long", struct.pack("<d", float(text) + 0.0)
    if kind == "FLOAT":
        return "int", struct.pack("<f", float(text) + 0.0)
    if kind.startswith("TIMESTAMP"):
        moment = datetime.fromisoformat(text if "+" in text else text + "+00")
        micros = moment - datetime(1970, 1, 1, tzinfo=UTC)
        return "long", struct.pack("<q", (micros.days * 86_400 + micros.seconds) * 1_000_000 + micros.microseconds)
    if kind.startswith("DECIMAL"):
        precision = int(kind[8:].partition(",")[0])
        unscaled = int(Decimal(text).scaleb(int(kind.rstrip(")").rpartition(",")[2])))
        if precision <= 18:
            return "long", struct.pack("<q", unscaled)
        return "bytes", unscaled.to_bytes((unscaled.bit_length() + 8) // 8, "big", signed=True)
    return "bytes", text.encode()


def xxhash64(marked: list[str | None]) -> int:
    """Spark's xxhash64, seed 42, of arguments marked with their types."""
    result = 42
    for part in _parts(marked):
        if part is not None:
            form, content = _bytes(*part)
            result = _xx_number(content, result, 4) if form == "int" else _xx_bytes(content, result)
    return result - (1 << 64) if result >= 1 << 63 else result


_P1, _P2, _P3, _P4, _P5 = (
    0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5,
)  # fmt: skip


def _rotate(value: int, bits: int, width: int = 64) -> int:
    return ((value << bits) | (value >> (width - bits))) & ((1 << width) - 1)


def _xx_number(content: bytes, seed: int, size: int) -> int:
    value = int.from_bytes(content, "little")
    state = (seed + _P5 + size) & _MASK
    state ^= (value * _P1) & _MASK
    return _xx_final((_rotate(state, 23) * _P2 + _P3) & _MASK)


def _xx_bytes(content: bytes, seed: int) -> int:
    length, at = len(content), 0
    if length >= 32:
        lanes = [(seed + _P1 + _P2) & _MASK, (seed + _P2) & _MASK, seed & _MASK, (seed - _P1) & _MASK]
        while at <= length - 32:
            for lane in range(4):
                lanes[lane] = _xx_round(lanes[lane], int.from_bytes(content[at : at + 8], "little"))
                at += 8
        state = sum(_rotate(lane, bits) for lane, bits in zip(lanes, (1, 7, 12, 18), strict=True)) & _MASK
        for lane in lanes:
            state = ((state ^ _xx_round(0, lane)) * _P1 + _P4) & _MASK
    else:
        state = (seed + _P5) & _MASK
    state = (state + length) & _MASK
    while at + 8 <= length:
        state ^= _xx_round(0, int.from_bytes(content[at : at + 8], "little"))
        state = (_rotate(state, 27) * _P1 + _P4) & _MASK
        at += 8
    if at + 4 <= length:
        state ^= (int.from_bytes(content[at : at + 4], "little") * _P1) & _MASK
        state = (_rotate(state, 23) * _P2 + _P3) & _MASK
        at += 4
    for byte in content[at:]:
        state ^= (byte * _P5) & _MASK
        state = (_rotate(state, 11) * _P1) & _MASK
    return _xx_final(state)


def _xx_round(state: int, value: int) -> int:
    return (_rotate((state + value * _P2) & _MASK, 31) * _P1) & _MASK


def _xx_final(state: int) -> int:
    state = ((state ^ (state >> 33)) * _P2) & _MASK
    state = ((state ^ (state >> 29)) * _P3) & _MASK
    return state ^ (state >> 32)


def murmur3(marked: list[str | None]) -> int:
    """Spark's hash: Murmur3 x86 32 bit, seed 42, bytes at the end hashed one by one."""
    result = 42
    for part in _parts(marked):
        if part is not None:
            _, content = _bytes(*part)
            result = _murmur(content, result)
    return result - (1 << 32) if result >= 1 << 31 else result


def _murmur(content: bytes, seed: int) -> int:
    whole = len(content) - len(content) % 4
    state = seed
    words = [int.from_bytes(content[at : at + 4], "little") for at in range(0, whole, 4)]
    words += [(byte - 256 if byte > 127 else byte) & 0xFFFFFFFF for byte in content[whole:]]
    for word in words:
        mixed = (_rotate((word * 0xCC9E2D51) & 0xFFFFFFFF, 15, 32) * 0x1B873593) & 0xFFFFFFFF
        state = (_rotate(state ^ mixed, 13, 32) * 5 + 0xE6546B64) & 0xFFFFFFFF
    state ^= len(content)
    state = ((state ^ (state >> 16)) * 0x85EBCA6B) & 0xFFFFFFFF
    state = ((state ^ (state >> 13)) * 0xC2B2AE35) & 0xFFFFFFFF
    return state ^ (state >> 16)


_FUNCTIONS: dict[str, tuple[Any, tuple[str, ...], str]] = {
    "dbx_sha224": (_sha("sha224"), ("VARCHAR",), "VARCHAR"),
    "dbx_sha384": (_sha("sha384"), ("VARCHAR",), "VARCHAR"),
    "dbx_sha512": (_sha("sha512"), ("VARCHAR",), "VARCHAR"),
    "dbx_crc32": (crc32, ("VARCHAR",), "BIGINT"),
    "dbx_soundex": (soundex, ("VARCHAR",), "VARCHAR"),
    "dbx_conv_text": (conv, ("VARCHAR", "INTEGER", "INTEGER"), "VARCHAR"),
    "dbx_double_text": (float_text, ("DOUBLE",), "VARCHAR"),
    "dbx_drop_nulls": (drop_nulls, ("VARCHAR",), "VARCHAR"),
    "dbx_xxhash64": (xxhash64, ("VARCHAR[]",), "BIGINT"),
    "dbx_murmur3": (murmur3, ("VARCHAR[]",), "INTEGER"),
}
