"""The scripts that set no spaces between words, as ranges for the character classes of `re`.

This is the one definition: what is split into words, counted, and cut into tokens for deduplication goes by it.
Korean sets spaces, and so does Tibetan in its own way (a mark behind every syllable).
"""

HAN = "\u2e80-\u2fdf\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
HIRAGANA = "\u3041-\u309f"
KATAKANA = "\u30a0-\u30ff\u31f0-\u31ff\uff66-\uff9f"
THAI_AND_LAO, BURMESE, KHMER = "\u0e00-\u0eff", "\u1000-\u109f", "\u1780-\u17ff"
SOUTH_EAST_ASIAN = THAI_AND_LAO + BURMESE + KHMER
UNSPACED = HAN + HIRAGANA + KATAKANA + SOUTH_EAST_ASIAN
