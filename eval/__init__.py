"""winnow.eval"""
