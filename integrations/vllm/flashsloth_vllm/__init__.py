"""FlashSloth in vLLM: `register` is the entry point that vLLM calls in each of its processes.

rows what a slot of the KV cache keeps beside keys and values, and which query tokens a step has to
update paged those rows as a layer of vLLM's KV cache, and the custom op in which EmbQ reads them
decoder vLLM's layers of five families, and EmbQ before one of them model pictures, embeddings, decoder,
logits, weights processor pictures to pixels, placeholders to visual tokens prompts chat messages to
ids, as FlashSloth's own programs do it checks settings that are refused at start vllm_api everything
that is imported from vLLM
"""

SUPPORTED = "0.32"  # the internals in vllm_api are those of this version


def register() -> None:
    """Make FlashSloth's models known to vLLM. May be called several times.

    Raises: RuntimeError for another version of vLLM.
    """
    from vllm import __version__

    if __version__.split("+")[0].rsplit(".", 1)[0] != SUPPORTED:
        raise RuntimeError(
            f"flashsloth-vllm needs vLLM {SUPPORTED}, not {__version__}: it uses internals of that version"
        )
    from flashsloth_vllm import checks, prompts, vllm_api

    vllm_api.register_model(
        checks.ARCHITECTURES, "flashsloth_vllm.model:FlashSlothForVllm", checks.FlashSlothSettings
    )
    vllm_api.split_graphs_at(checks.OP)
    vllm_api.register_prompts(
        checks.PROMPTS,
        (prompts.__name__, prompts.FlashSlothTokenizer.__name__),
        (prompts.__name__, prompts.FlashSlothRenderer.__name__),
    )
    checks.register_config()
