"""Search over everything live: words, pairs of characters, pinyin, synonyms, suggestions."""
