"""The whole model, in the form that the program opens and the engine computes with."""

from __future__ import annotations

from torch import Tensor, nn

from flashsloth.model.embq import QueryTokens
from flashsloth.model.pooling import make_pooling
from flashsloth.model.text_model import TextModel, rotary_frequencies
from flashsloth.model.vision import SiglipTower, make_projector, tower_blocks
from flashsloth.sizes.families import PHI
from flashsloth.sizes.model_sizes import ModelSizes

HEAD = "lm_head.weight"
WORDS = "model.language_model.embed_tokens.weight"


class Network(nn.Module):
    """All modules of a FlashSloth, `model` and `lm_head`, under the tensor names of its checkpoints.

    It has no forward. generation/engine.py encodes pictures with the modules of `model`, and
    inference/packed_decoder.py computes the decoder with a packed form of the same weights.
    `LoadedModel.as_transformers` returns transformers' class with these weights.
    """

    def __init__(self, config: ModelSizes) -> None:
        super().__init__()
        text = config.text_config
        self.config = config
        self.model = Parts(config)
        self.lm_head = nn.Linear(text.hidden_size, text.vocab_size, bias=text.model_type == PHI)
        self.tie_weights()

    @property
    def language_model(self) -> TextModel:
        return self.model.language_model

    def get_input_embeddings(self) -> nn.Embedding:
        return self.language_model.embed_tokens

    def rotary_frequencies(self) -> tuple[Tensor, float]:
        """Return the angles of one position (`text_model.rotary_frequencies`), and the factor by which
        cos and sin are multiplied. This factor is 1 here; decoders of hf/modeling.py may have another
        factor.
        """
        return rotary_frequencies(self.config.text_config), 1.0

    def tower_blocks(self) -> tuple[str, nn.ModuleList]:
        """Return the blocks of the tower, and the prefix of their tensors."""
        return tower_blocks(self.model.vision_tower)

    @property
    def all_tied_weights_keys(self) -> dict[str, str]:
        """A dict that maps the name of the head's weight to the name of the word embeddings if the two
        are the same tensor; otherwise it is empty. transformers' models have the same attribute."""
        return {HEAD: WORDS} if self.config.tie_word_embeddings else {}

    def tie_weights(self) -> None:
        """Make the head and the word embeddings one tensor, if the configuration ties them. Call it
        again after one of them was replaced."""
        if self.config.tie_word_embeddings:
            self.lm_head.weight = self.get_input_embeddings().weight


class Parts(nn.Module):
    """The parts in the order in which they run: tower, pooling, projector, query tokens (None if the
    model has none), and the decoder with EmbQ."""

    def __init__(self, config: ModelSizes) -> None:
        super().__init__()
        text = config.text_config
        self.vision_tower = SiglipTower(config.vision_config)
        self.pooling = make_pooling(config)
        self.projector = make_projector(config.vision_config.hidden_size, text.hidden_size)
        self.query_tokens = (
            QueryTokens(config.num_query_tokens, text.hidden_size) if config.num_query_tokens else None
        )
        self.language_model = TextModel(config)
