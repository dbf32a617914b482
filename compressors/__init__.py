"""winnow.compressors"""
