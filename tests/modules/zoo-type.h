/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <minipay-plugin.h>

/* The types of one module of the zoo: @Name is its GType's name, @name the prefix of its functions. A process
 * loads many of them, and a type's name is taken for its life. */
#define ZOO_DEFINE_PLAIN(Name, name)                                                                               \
  typedef GObject Name;                                                                                            \
  typedef GObjectClass Name##Class;                                                                                \
  GType name##_get_type (void);                                                                                    \
  G_DEFINE_TYPE (Name, name, G_TYPE_OBJECT)                                                                        \
  ZOO_DEFINE_EMPTY_INITS (Name, name)

/* A provider that does nothing at all, which is allowed. */
#define ZOO_DEFINE_PROVIDER(Name, name)                                                                            \
  ZOO_DEFINE_PROVIDER_TYPE (Name, name)                                                                            \
  G_DEFINE_TYPE_WITH_CODE (Name, name, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (MINIPAY_TYPE_PAYMENT_PROVIDER, NULL)) \
  ZOO_DEFINE_EMPTY_INITS (Name, name)

#define ZOO_DEFINE_ABSTRACT_PROVIDER(Name, name)                                                                   \
  ZOO_DEFINE_PROVIDER_TYPE (Name, name)                                                                            \
  G_DEFINE_ABSTRACT_TYPE_WITH_CODE (                                                                               \
      Name, name, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (MINIPAY_TYPE_PAYMENT_PROVIDER, NULL))                      \
  ZOO_DEFINE_EMPTY_INITS (Name, name)

#define ZOO_DEFINE_PROVIDER_TYPE(Name, name)                                                                       \
  typedef GObject Name;                                                                                            \
  typedef GObjectClass Name##Class;                                                                                \
  GType name##_get_type (void);

#define ZOO_DEFINE_EMPTY_INITS(Name, name)                                                                         \
  static void name##_class_init (Name##Class *klass)                                                               \
  {                                                                                                                \
  }                                                                                                                \
  static void name##_init (Name *self)                                                                             \
  {                                                                                                                \
  }
