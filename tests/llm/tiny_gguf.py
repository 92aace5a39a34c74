"""A tiny random language model as a GGUF file, made in the test itself.

It answers with noise, but over the real loading code, the real server and real HTTP. ``eager_to_call`` tilts the
weights so that it opens every answer with ``<tool_call>``; from there llama.cpp's grammar forces the noise into a
well-formed call of one of the offered tools.
"""

from __future__ import annotations

from pathlib import Path

import gguf
import numpy as np

WIDTH = 64
LAYERS = 2
HEADS = 4
FEED_FORWARD = 128
SPECIAL_TOKENS = ("<|bos|>", "<|im_start|>", "<|im_end|>", "<tool_call>")

PLAIN_TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)

TOOL_TEMPLATE = (
    "{% if tools %}{{ '<|im_start|>system\\nTools you may call, one per line:\\n' }}"
    "{% for tool in tools %}{{ tool | tojson + '\\n' }}{% endfor %}"
    '{{ \'To call one, answer <tool_call>\\n{"name": NAME, "arguments": OBJECT}\\n</tool_call><|im_end|>\\n\' }}'
    "{% endif %}"
    "{% for message in messages %}"
    "{% if message.role == 'tool' %}"
    "{{ '<|im_start|>user\\n<tool_response>\\n' + message.content + '\\n</tool_response><|im_end|>\\n' }}"
    "{% else %}{{ '<|im_start|>' + message.role }}{% if message.content %}{{ '\\n' + message.content }}{% endif %}"
    "{% for call in message.tool_calls or [] %}"
    '{{ \'\\n<tool_call>\\n{"name": "\' + call.function.name + \'", "arguments": \' }}'
    "{{ call.function.arguments | tojson }}{{ '}\\n</tool_call>' }}"
    "{% endfor %}{{ '<|im_end|>\\n' }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)


def byte_alphabet() -> list[str]:
    """The 256 printable characters by which byte-level vocabularies write bytes, in byte order."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    stand_ins = iter(range(256, 512))
    return [chr(byte) if byte in printable else chr(next(stand_ins)) for byte in range(256)]


def write_tiny_gguf(
    path: Path,
    *,
    seed: int = 0,
    context: int = 16_384,
    template: str | None = TOOL_TEMPLATE,
    name: str = "tiny",
    eager_to_call: bool = False,
) -> Path:
    """Write a llama-architecture model of two layers with random weights.

    Args:
        path: Where to write it.
        seed: Seed of the weights; the same seed gives the same file.
        context: The training context length that the file claims, in tokens (one byte is one token).
        template: The Jinja chat template, or None for a file without one.
        name: The model's own name in the metadata.
        eager_to_call: Whether the model opens its answers with a tool call.

    Returns:
        ``path``.
    """
    writer = gguf.GGUFWriter(str(path), "llama")
    vocabulary = [*byte_alphabet(), *SPECIAL_TOKENS]
    _write_metadata(writer, name, context, len(vocabulary), template)
    _write_vocabulary(writer, vocabulary)
    _write_weights(writer, np.random.default_rng(seed), len(vocabulary), eager_to_call)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _write_metadata(writer: gguf.GGUFWriter, name: str, context: int, size: int, template: str | None) -> None:
    writer.add_name(name)
    writer.add_context_length(context)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(FEED_FORWARD)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(size)
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    if template is not None:
        writer.add_chat_template(template)


def _write_vocabulary(writer: gguf.GGUFWriter, vocabulary: list[str]) -> None:
    normal = len(vocabulary) - len(SPECIAL_TOKENS)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(vocabulary)
    special = [gguf.TokenType.CONTROL] * (len(SPECIAL_TOKENS) - 1) + [gguf.TokenType.USER_DEFINED]
    writer.add_token_types([gguf.TokenType.NORMAL] * normal + special)
    # One merge that no text contains: llama.cpp refuses a byte-level vocabulary without a merge list.
    writer.add_token_merges([f"{vocabulary[0]} {vocabulary[1]}"])
    writer.add_bos_token_id(normal)
    writer.add_eos_token_id(normal + 2)
    writer.add_add_bos_token(False)


def _write_weights(writer: gguf.GGUFWriter, random: np.random.Generator, size: int, eager: bool) -> None:
    def matrix(rows: int, columns: int) -> np.ndarray:
        weights: np.ndarray = (random.standard_normal((rows, columns)) / np.sqrt(columns)).astype(np.float32)
        return weights

    ones = np.ones(WIDTH, dtype=np.float32)
    embedding = matrix(size, WIDTH)
    writer.add_tensor("token_embd.weight", embedding)
    # An eager model has quiet layers: what it says next depends on the last byte alone.
    loudness = np.float32(0.01 if eager else 1.0)
    for layer in range(LAYERS):
        writer.add_tensor(f"blk.{layer}.attn_norm.weight", ones)
        for part in ("attn_q", "attn_k", "attn_v"):
            writer.add_tensor(f"blk.{layer}.{part}.weight", matrix(WIDTH, WIDTH))
        writer.add_tensor(f"blk.{layer}.attn_output.weight", matrix(WIDTH, WIDTH) * loudness)
        writer.add_tensor(f"blk.{layer}.ffn_norm.weight", ones)
        writer.add_tensor(f"blk.{layer}.ffn_gate.weight", matrix(FEED_FORWARD, WIDTH))
        writer.add_tensor(f"blk.{layer}.ffn_up.weight", matrix(FEED_FORWARD, WIDTH))
        writer.add_tensor(f"blk.{layer}.ffn_down.weight", matrix(WIDTH, FEED_FORWARD) * loudness)
    writer.add_tensor("output_norm.weight", ones)
    writer.add_tensor("output.weight", _output(matrix(size, WIDTH) * 4, embedding, eager))


def _output(output: np.ndarray, embedding: np.ndarray, eager: bool) -> np.ndarray:
    output[128:256] *= 0.05  # Mostly ASCII: half of all random bytes above would be broken UTF-8.
    output[:32] *= 0.05
    if eager:
        # Every prompt ends with a line break: there the opening tag wins, after it another line break,
        # and the answer ends after the closing tag.
        output[-1] = 20 * embedding[ord("\n")]
        output[ord("\n")] = 20 * embedding[-1]
        output[-2] = 20 * embedding[ord(">")]
    return output
