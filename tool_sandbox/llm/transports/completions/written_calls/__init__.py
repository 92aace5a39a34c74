"""Tool calls in a model's text, in whichever of the usual ways it chose to write them.

::

    answer        takes a text apart: what is said, what is called, what was lost
    dialects      the table: which marks announce a call, and who reads it
    json_calls    calls as JSON: in tags, in fences, behind tokens, bare
    xml_calls     calls as tags: Qwen3-Coder, GLM, MiniMax, Anthropic, DeepSeek's DSML
    token_calls   a name, a token and JSON: Mistral, DeepSeek, Kimi, gpt-oss
    python_calls  calls as Python: Llama, Gemma, LFM
    values        what the text of an argument stands for
    blocks        from an opening mark to its closing one
    call          what all of them share

Nothing in a text is ever evaluated, and no text whatever raises.
"""

from tool_sandbox.llm.transports.completions.written_calls.answer import ReadAnswer, read_answer
from tool_sandbox.llm.transports.completions.written_calls.call import Tools, WrittenCall, parameters_by_name

__all__ = ["ReadAnswer", "Tools", "WrittenCall", "parameters_by_name", "read_answer"]
