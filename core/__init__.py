"""winnow"""
