"""winnow.retrievers"""
