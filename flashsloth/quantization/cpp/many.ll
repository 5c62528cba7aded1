%class.anon.1 = type { i8 }
%struct.Many = type { ptr, i64, i64, i64, i64, ptr, ptr, ptr }
%class.anon = type { ptr }
%struct.Layout = type { i8, i8, [14 x i8], [16 x i16], [16 x i8] }
%class.anon.0 = type { ptr, ptr, ptr }
%struct.Product = type { ptr, ptr, ptr, ptr, ptr, ptr, ptr, i64, i64, i64, i64, i64, i64, [64 x i64] }
%class.anon.12 = type { ptr }
%class.anon.13 = type { ptr, ptr, ptr }
%struct.Anywhere = type { <32 x i16> }
%struct.Sequence = type { i8 }
%struct.Anywhere.2 = type { <16 x i16> }
%struct.Anywhere.3 = type { <16 x i32> }
%class.anon.4 = type { i8 }
%class.anon.6 = type { i8 }
%class.anon.9 = type { i8 }
%struct.Anywhere.8 = type { <64 x i8> }
%struct.Anywhere.11 = type { <16 x bfloat> }
%class.anon.15 = type { i8 }
%class.anon.17 = type { i8 }
%struct.Anywhere.14 = type { <16 x i8> }
%struct.Sequence.19 = type { i8 }
$_ZN4ManyC2EPK7Product = comdat any
$_ZN6LayoutC2Eii = comdat any
$_ZNK4Many10weights_ofEl = comdat any
$_ZN4Int47convertEPK7ProductlllPA16_Dv32_t = comdat any
$_ZNK4Many7sums_ofEll = comdat any
$_ZN4Int46scaledEPK7ProductlDv16_f = comdat any
$_ZN4Int87convertEPK7ProductlllPA16_Dv32_t = comdat any
$_ZN4Int86scaledEPK7ProductlDv16_f = comdat any
@_ZL5lower = internal constant %class.anon.1 undef, align 1
@__const._ZL3expDv16_f.terms = private unnamed_addr constant [7 x double] [double 0x3F56C16C16C16C17, double 0x3F81111111111111, double 0x3FA5555555555555, double 0x3FC5555555555555, double 5.000000e-01, double 1.000000e+00, double 1.000000e+00], align 16
define void @run_int4_many(ptr noundef %0, i32 noundef %1) #0 {
  %3 = alloca ptr, align 8
  %4 = alloca i32, align 4
  store ptr %0, ptr %3, align 8
  store i32 %1, ptr %4, align 4
  %5 = load ptr, ptr %3, align 8
  %6 = load i32, ptr %4, align 4
  call void @GOMP_parallel(ptr noundef @int4_many, ptr noundef %5, i32 noundef %6, i32 noundef 0)
  ret void
}
declare void @GOMP_parallel(ptr noundef, ptr noundef, i32 noundef, i32 noundef) #1
define void @int4_many(ptr noundef %0) #0 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  call void @_ZL8multiplyI4Int4EvP7Product(ptr noundef %3)
  ret void
}
define internal void @_ZL8multiplyI4Int4EvP7Product(ptr noundef %0) #2 {
  %2 = alloca ptr, align 8
  %3 = alloca %struct.Many, align 8
  %4 = alloca %class.anon, align 8
  %5 = alloca %struct.Layout, align 64
  %6 = alloca i64, align 8
  %7 = alloca %class.anon.0, align 8
  store ptr %0, ptr %2, align 8
  %8 = load ptr, ptr %2, align 8
  call void @_ZN4ManyC2EPK7Product(ptr noundef nonnull align 8 dereferenceable(64) %3, ptr noundef %8)
  %9 = getelementptr inbounds nuw %struct.Many, ptr %3, i32 0, i32 1
  %10 = load i64, ptr %9, align 8
  %11 = mul nsw i64 %10, 16
  %12 = getelementptr inbounds nuw %class.anon, ptr %4, i32 0, i32 0
  store ptr %3, ptr %12, align 8
  %13 = getelementptr inbounds nuw %class.anon, ptr %4, i32 0, i32 0
  %14 = load ptr, ptr %13, align 8
  call void @_ZL5shareIZL8multiplyI4Int4EvP7ProductEUllE_EvlT_(i64 noundef %11, ptr %14)
  %15 = getelementptr inbounds nuw %struct.Many, ptr %3, i32 0, i32 2
  %16 = load i64, ptr %15, align 8
  %17 = trunc i64 %16 to i32
  call void @_ZN6LayoutC2Eii(ptr noundef nonnull align 64 dereferenceable(64) %5, i32 noundef %17, i32 noundef 64)
  call void @llvm.x86.ldtilecfg(ptr %5)
  %18 = getelementptr inbounds nuw %struct.Many, ptr %3, i32 0, i32 4
  %19 = load i64, ptr %18, align 8
  %20 = mul nsw i64 %19, 64
  store i64 %20, ptr %6, align 8
  %21 = load ptr, ptr %2, align 8
  %22 = load ptr, ptr %2, align 8
  %23 = getelementptr inbounds nuw %struct.Product, ptr %22, i32 0, i32 9
  %24 = load i64, ptr %23, align 8
  %25 = load i64, ptr %6, align 8
  %26 = add nsw i64 %24, %25
  %27 = sub nsw i64 %26, 1
  %28 = load i64, ptr %6, align 8
  %29 = sdiv i64 %27, %28
  %30 = getelementptr inbounds nuw %class.anon.0, ptr %7, i32 0, i32 0
  store ptr %6, ptr %30, align 8
  %31 = getelementptr inbounds nuw %class.anon.0, ptr %7, i32 0, i32 1
  store ptr %2, ptr %31, align 8
  %32 = getelementptr inbounds nuw %class.anon.0, ptr %7, i32 0, i32 2
  store ptr %3, ptr %32, align 8
  call void @_ZL10take_tilesIZL8multiplyI4Int4EvP7ProductEUllE0_EvS3_lT_(ptr noundef %21, i64 noundef %29, ptr noundef byval(%class.anon.0) align 8 %7)
  call void @llvm.x86.tilerelease()
  ret void
}
define void @run_int8_many(ptr noundef %0, i32 noundef %1) #0 {
  %3 = alloca ptr, align 8
  %4 = alloca i32, align 4
  store ptr %0, ptr %3, align 8
  store i32 %1, ptr %4, align 4
  %5 = load ptr, ptr %3, align 8
  %6 = load i32, ptr %4, align 4
  call void @GOMP_parallel(ptr noundef @int8_many, ptr noundef %5, i32 noundef %6, i32 noundef 0)
  ret void
}
define void @int8_many(ptr noundef %0) #0 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  call void @_ZL8multiplyI4Int8EvP7Product(ptr noundef %3)
  ret void
}
define internal void @_ZL8multiplyI4Int8EvP7Product(ptr noundef %0) #2 {
  %2 = alloca ptr, align 8
  %3 = alloca %struct.Many, align 8
  %4 = alloca %class.anon.12, align 8
  %5 = alloca %struct.Layout, align 64
  %6 = alloca i64, align 8
  %7 = alloca %class.anon.13, align 8
  store ptr %0, ptr %2, align 8
  %8 = load ptr, ptr %2, align 8
  call void @_ZN4ManyC2EPK7Product(ptr noundef nonnull align 8 dereferenceable(64) %3, ptr noundef %8)
  %9 = getelementptr inbounds nuw %struct.Many, ptr %3, i32 0, i32 1
  %10 = load i64, ptr %9, align 8
  %11 = mul nsw i64 %10, 16
  %12 = getelementptr inbounds nuw %class.anon.12, ptr %4, i32 0, i32 0
  store ptr %3, ptr %12, align 8
  %13 = getelementptr inbounds nuw %class.anon.12, ptr %4, i32 0, i32 0
  %14 = load ptr, ptr %13, align 8
  call void @_ZL5shareIZL8multiplyI4Int8EvP7ProductEUllE_EvlT_(i64 noundef %11, ptr %14)
  %15 = getelementptr inbounds nuw %struct.Many, ptr %3, i32 0, i32 2
  %16 = load i64, ptr %15, align 8
  %17 = trunc i64 %16 to i32
  call void @_ZN6LayoutC2Eii(ptr noundef nonnull align 64 dereferenceable(64) %5, i32 noundef %17, i32 noundef 64)
  call void @llvm.x86.ldtilecfg(ptr %5)
  %18 = getelementptr inbounds nuw %struct.Many, ptr %3, i32 0, i32 4
  %19 = load i64, ptr %18, align 8
  %20 = mul nsw i64 %19, 64
  store i64 %20, ptr %6, align 8
  %21 = load ptr, ptr %2, align 8
  %22 = load ptr, ptr %2, align 8
  %23 = getelementptr inbounds nuw %struct.Product, ptr %22, i32 0, i32 9
  %24 = load i64, ptr %23, align 8
  %25 = load i64, ptr %6, align 8
  %26 = add nsw i64 %24, %25
  %27 = sub nsw i64 %26, 1
  %28 = load i64, ptr %6, align 8
  %29 = sdiv i64 %27, %28
  %30 = getelementptr inbounds nuw %class.anon.13, ptr %7, i32 0, i32 0
  store ptr %6, ptr %30, align 8
  %31 = getelementptr inbounds nuw %class.anon.13, ptr %7, i32 0, i32 1
  store ptr %2, ptr %31, align 8
  %32 = getelementptr inbounds nuw %class.anon.13, ptr %7, i32 0, i32 2
  store ptr %3, ptr %32, align 8
  call void @_ZL10take_tilesIZL8multiplyI4Int8EvP7ProductEUllE0_EvS3_lT_(ptr noundef %21, i64 noundef %29, ptr noundef byval(%class.anon.13) align 8 %7)
  call void @llvm.x86.tilerelease()
  ret void
}
define linkonce_odr void @_ZN4ManyC2EPK7Product(ptr noundef nonnull align 8 dereferenceable(64) %0, ptr noundef %1) unnamed_addr #0 comdat align 2 {
  %3 = alloca ptr, align 8
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  store ptr %0, ptr %3, align 8
  store ptr %1, ptr %4, align 8
  %6 = load ptr, ptr %3, align 8
  %7 = getelementptr inbounds nuw %struct.Many, ptr %6, i32 0, i32 0
  %8 = load ptr, ptr %4, align 8
  store ptr %8, ptr %7, align 8
  %9 = getelementptr inbounds nuw %struct.Many, ptr %6, i32 0, i32 1
  %10 = load ptr, ptr %4, align 8
  %11 = getelementptr inbounds nuw %struct.Product, ptr %10, i32 0, i32 7
  %12 = load i64, ptr %11, align 8
  %13 = add nsw i64 %12, 32
  %14 = sub nsw i64 %13, 1
  %15 = sdiv i64 %14, 32
  %16 = mul nsw i64 %15, 2
  store i64 %16, ptr %9, align 8
  %17 = getelementptr inbounds nuw %struct.Many, ptr %6, i32 0, i32 2
  %18 = load ptr, ptr %4, align 8
  %19 = getelementptr inbounds nuw %struct.Product, ptr %18, i32 0, i32 7
  %20 = load i64, ptr %19, align 8
  %21 = getelementptr inbounds nuw %struct.Many, ptr %6, i32 0, i32 1
  %22 = load i64, ptr %21, align 8
  %23 = add nsw i64 %20, %22
  %24 = sub nsw i64 %23, 1
  %25 = getelementptr inbounds nuw %struct.Many, ptr %6, i32 0, i32 1
  %26 = load i64, ptr %25, align 8
  %27 = sdiv i64 %24, %26
  store i64 %27, ptr %17, align 8
  %28 = load ptr, ptr %4, align 8
  %29 = getelementptr inbounds nuw %struct.Product, ptr %28, i32 0, i32 9
  %30 = load i64, ptr %29, align 8
  %31 = sdiv i64 %30, 64
  %32 = call i32 @omp_get_num_threads()
  %33 = mul nsw i32 4, %32
  %34 = sext i32 %33 to i64
  %35 = sdiv i64 %31, %34
  store i64 %35, ptr %5, align 8
  %36 = load ptr, ptr %4, align 8
  %37 = getelementptr inbounds nuw %struct.Product, ptr %36, i32 0, i32 8
  %38 = load i64, ptr %37, align 8
  %39 = add nsw i64 %38, 32
  %40 = sub nsw i64 %39, 1
  %41 = sdiv i64 %40, 32
  %42 = getelementptr inbounds nuw %struct.Many, ptr %6, i32 0, i32 3
  store i64 %41, ptr %42, align 8
  %43 = load i64, ptr %5, align 8
  %44 = icmp slt i64 %43, 1
  br i1 %44, label %45, label %46
45:                                               ; preds = %2
  br label %49
46:                                               ; preds = %2
  %47 = load i64, ptr %5, align 8
  %48 = call noundef i64 @_ZL5leastll(i64 noundef %47, i64 noundef 4)
  br label %49
49:                                               ; preds = %46, %45
  %50 = phi i64 [ 1, %45 ], [ %48, %46 ]
  %51 = getelementptr inbounds nuw %struct.Many, ptr %6, i32 0, i32 4
  store i64 %50, ptr %51, align 8
  %52 = load ptr, ptr %4, align 8
  %53 = getelementptr inbounds nuw %struct.Product, ptr %52, i32 0, i32 5
  %54 = load ptr, ptr %53, align 8
  %55 = getelementptr inbounds nuw %struct.Many, ptr %6, i32 0, i32 5
  store ptr %54, ptr %55, align 8
  %56 = getelementptr inbounds nuw %struct.Many, ptr %6, i32 0, i32 5
  %57 = load ptr, ptr %56, align 8
  %58 = getelementptr inbounds nuw %struct.Many, ptr %6, i32 0, i32 1
  %59 = load i64, ptr %58, align 8
  %60 = getelementptr inbounds nuw %struct.Many, ptr %6, i32 0, i32 3
  %61 = load i64, ptr %60, align 8
  %62 = mul nsw i64 %59, %61
  %63 = getelementptr inbounds [16 x <32 x i16>], ptr %57, i64 %62
  %64 = call i32 @omp_get_thread_num()
  %65 = mul nsw i32 %64, 4
  %66 = mul nsw i32 %65, 4
  %67 = sext i32 %66 to i64
  %68 = getelementptr inbounds nuw %struct.Many, ptr %6, i32 0, i32 1
  %69 = load i64, ptr %68, align 8
  %70 = add nsw i64 20, %69
  %71 = mul nsw i64 %67, %70
  %72 = getelementptr inbounds [16 x <32 x i16>], ptr %63, i64 %71
  %73 = getelementptr inbounds nuw %struct.Many, ptr %6, i32 0, i32 6
  store ptr %72, ptr %73, align 8
  %74 = call noundef ptr @_ZNK4Many10weights_ofEl(ptr noundef nonnull align 8 dereferenceable(64) %6, i64 noundef 4)
  %75 = getelementptr inbounds nuw %struct.Many, ptr %6, i32 0, i32 7
  store ptr %74, ptr %75, align 8
  ret void
}
define internal void @_ZL5shareIZL8multiplyI4Int4EvP7ProductEUllE_EvlT_(i64 noundef %0, ptr %1) #2 {
  %3 = alloca %class.anon, align 8
  %4 = alloca i64, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  %8 = alloca i64, align 8
  %9 = getelementptr inbounds nuw %class.anon, ptr %3, i32 0, i32 0
  store ptr %1, ptr %9, align 8
  store i64 %0, ptr %4, align 8
  %10 = call i32 @omp_get_thread_num()
  %11 = sext i32 %10 to i64
  store i64 %11, ptr %5, align 8
  %12 = call i32 @omp_get_num_threads()
  %13 = sext i32 %12 to i64
  store i64 %13, ptr %6, align 8
  %14 = load i64, ptr %4, align 8
  %15 = load i64, ptr %5, align 8
  %16 = add nsw i64 %15, 1
  %17 = mul nsw i64 %14, %16
  %18 = load i64, ptr %6, align 8
  %19 = sdiv i64 %17, %18
  store i64 %19, ptr %7, align 8
  %20 = load i64, ptr %4, align 8
  %21 = load i64, ptr %5, align 8
  %22 = mul nsw i64 %20, %21
  %23 = load i64, ptr %6, align 8
  %24 = sdiv i64 %22, %23
  store i64 %24, ptr %8, align 8
  br label %25
25:                                               ; preds = %32, %2
  %26 = load i64, ptr %8, align 8
  %27 = load i64, ptr %7, align 8
  %28 = icmp slt i64 %26, %27
  br i1 %28, label %30, label %29
29:                                               ; preds = %25
  br label %35
30:                                               ; preds = %25
  %31 = load i64, ptr %8, align 8
  call void @_ZZL8multiplyI4Int4EvP7ProductENKUllE_clEl(ptr noundef nonnull align 8 dereferenceable(8) %3, i64 noundef %31)
  br label %32
32:                                               ; preds = %30
  %33 = load i64, ptr %8, align 8
  %34 = add nsw i64 %33, 1
  store i64 %34, ptr %8, align 8
  br label %25, !llvm.loop !6
35:                                               ; preds = %29
  ret void
}
define linkonce_odr void @_ZN6LayoutC2Eii(ptr noundef nonnull align 64 dereferenceable(64) %0, i32 noundef %1, i32 noundef %2) unnamed_addr #0 comdat align 2 {
  %4 = alloca ptr, align 8
  %5 = alloca i32, align 4
  %6 = alloca i32, align 4
  %7 = alloca i32, align 4
  store ptr %0, ptr %4, align 8
  store i32 %1, ptr %5, align 4
  store i32 %2, ptr %6, align 4
  %8 = load ptr, ptr %4, align 8
  %9 = getelementptr inbounds nuw %struct.Layout, ptr %8, i32 0, i32 0
  store i8 1, ptr %9, align 64
  %10 = getelementptr inbounds nuw %struct.Layout, ptr %8, i32 0, i32 1
  store i8 0, ptr %10, align 1
  %11 = getelementptr inbounds nuw %struct.Layout, ptr %8, i32 0, i32 2
  %12 = getelementptr inbounds i8, ptr %11, i64 14
  br label %13
13:                                               ; preds = %13, %3
  %14 = phi ptr [ %11, %3 ], [ %15, %13 ]
  store i8 0, ptr %14, align 1
  %15 = getelementptr inbounds i8, ptr %14, i64 1
  %16 = icmp eq ptr %15, %12
  br i1 %16, label %17, label %13
17:                                               ; preds = %13
  %18 = getelementptr inbounds nuw %struct.Layout, ptr %8, i32 0, i32 3
  store i16 64, ptr %18, align 2
  %19 = getelementptr inbounds i16, ptr %18, i64 1
  store i16 64, ptr %19, align 2
  %20 = getelementptr inbounds i16, ptr %18, i64 2
  store i16 64, ptr %20, align 2
  %21 = getelementptr inbounds i16, ptr %18, i64 3
  store i16 64, ptr %21, align 2
  %22 = getelementptr inbounds i16, ptr %18, i64 4
  store i16 64, ptr %22, align 2
  %23 = getelementptr inbounds i16, ptr %18, i64 5
  store i16 64, ptr %23, align 2
  %24 = getelementptr inbounds i16, ptr %18, i64 6
  store i16 64, ptr %24, align 2
  %25 = getelementptr inbounds i16, ptr %18, i64 7
  store i16 64, ptr %25, align 2
  %26 = getelementptr inbounds i16, ptr %18, i64 8
  %27 = getelementptr inbounds i16, ptr %18, i64 16
  br label %28
28:                                               ; preds = %28, %17
  %29 = phi ptr [ %26, %17 ], [ %30, %28 ]
  store i16 0, ptr %29, align 2
  %30 = getelementptr inbounds i16, ptr %29, i64 1
  %31 = icmp eq ptr %30, %27
  br i1 %31, label %32, label %28
32:                                               ; preds = %28
  %33 = getelementptr inbounds nuw %struct.Layout, ptr %8, i32 0, i32 4
  %34 = getelementptr inbounds i8, ptr %33, i64 16
  br label %35
35:                                               ; preds = %35, %32
  %36 = phi ptr [ %33, %32 ], [ %37, %35 ]
  store i8 0, ptr %36, align 1
  %37 = getelementptr inbounds i8, ptr %36, i64 1
  %38 = icmp eq ptr %37, %34
  br i1 %38, label %39, label %35
39:                                               ; preds = %35
  store i32 0, ptr %7, align 4
  br label %40
40:                                               ; preds = %51, %39
  %41 = load i32, ptr %7, align 4
  %42 = icmp slt i32 %41, 6
  br i1 %42, label %44, label %43
43:                                               ; preds = %40
  br label %54
44:                                               ; preds = %40
  %45 = load i32, ptr %5, align 4
  %46 = trunc i32 %45 to i8
  %47 = getelementptr inbounds nuw %struct.Layout, ptr %8, i32 0, i32 4
  %48 = load i32, ptr %7, align 4
  %49 = sext i32 %48 to i64
  %50 = getelementptr inbounds [16 x i8], ptr %47, i64 0, i64 %49
  store i8 %46, ptr %50, align 1
  br label %51
51:                                               ; preds = %44
  %52 = load i32, ptr %7, align 4
  %53 = add nsw i32 %52, 1
  store i32 %53, ptr %7, align 4
  br label %40, !llvm.loop !8
54:                                               ; preds = %43
  %55 = load i32, ptr %6, align 4
  %56 = trunc i32 %55 to i16
  %57 = getelementptr inbounds nuw %struct.Layout, ptr %8, i32 0, i32 3
  %58 = getelementptr inbounds [16 x i16], ptr %57, i64 0, i64 5
  store i16 %56, ptr %58, align 2
  %59 = getelementptr inbounds nuw %struct.Layout, ptr %8, i32 0, i32 3
  %60 = getelementptr inbounds nuw [16 x i16], ptr %59, i64 0, i64 4
  store i16 %56, ptr %60, align 8
  %61 = load i32, ptr %6, align 4
  %62 = sdiv i32 %61, 4
  %63 = trunc i32 %62 to i8
  %64 = getelementptr inbounds nuw %struct.Layout, ptr %8, i32 0, i32 4
  %65 = getelementptr inbounds [16 x i8], ptr %64, i64 0, i64 7
  store i8 %63, ptr %65, align 1
  %66 = getelementptr inbounds nuw %struct.Layout, ptr %8, i32 0, i32 4
  %67 = getelementptr inbounds nuw [16 x i8], ptr %66, i64 0, i64 6
  store i8 %63, ptr %67, align 2
  ret void
}
declare void @llvm.x86.ldtilecfg(ptr) #4
define internal void @_ZL10take_tilesIZL8multiplyI4Int4EvP7ProductEUllE0_EvS3_lT_(ptr noundef %0, i64 noundef %1, ptr noundef byval(%class.anon.0) align 8 %2) #2 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  %8 = alloca i64, align 8
  %9 = alloca i64, align 8
  %10 = alloca i64, align 8
  %11 = alloca i64, align 8
  %12 = alloca ptr, align 8
  %13 = alloca i64, align 8
  %14 = alloca i64, align 8
  %15 = alloca i64, align 8
  %16 = alloca i64, align 8
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  %17 = call i32 @omp_get_num_threads()
  %18 = sext i32 %17 to i64
  %19 = call noundef i64 @_ZL5leastll(i64 noundef %18, i64 noundef 64)
  store i64 %19, ptr %6, align 8
  %20 = call i32 @omp_get_thread_num()
  %21 = sext i32 %20 to i64
  store i64 %21, ptr %7, align 8
  %22 = load i64, ptr %7, align 8
  %23 = load i64, ptr %6, align 8
  %24 = icmp slt i64 %22, %23
  br i1 %24, label %25, label %30
25:                                               ; preds = %3
  %26 = load ptr, ptr %4, align 8
  %27 = getelementptr inbounds nuw %struct.Product, ptr %26, i32 0, i32 13
  %28 = load i64, ptr %7, align 8
  %29 = getelementptr inbounds [64 x i64], ptr %27, i64 0, i64 %28
  store i64 0, ptr %29, align 8
  br label %30
30:                                               ; preds = %25, %3
  call void @GOMP_barrier()
  store i64 0, ptr %8, align 8
  br label %31
31:                                               ; preds = %79, %30
  %32 = load i64, ptr %8, align 8
  %33 = load i64, ptr %6, align 8
  %34 = icmp slt i64 %32, %33
  br i1 %34, label %36, label %35
35:                                               ; preds = %31
  br label %82
36:                                               ; preds = %31
  %37 = load i64, ptr %7, align 8
  %38 = load i64, ptr %8, align 8
  %39 = add nsw i64 %37, %38
  %40 = load i64, ptr %6, align 8
  %41 = srem i64 %39, %40
  store i64 %41, ptr %9, align 8
  %42 = load i64, ptr %5, align 8
  %43 = load i64, ptr %9, align 8
  %44 = mul nsw i64 %42, %43
  %45 = load i64, ptr %6, align 8
  %46 = sdiv i64 %44, %45
  store i64 %46, ptr %10, align 8
  %47 = load i64, ptr %5, align 8
  %48 = load i64, ptr %9, align 8
  %49 = add nsw i64 %48, 1
  %50 = mul nsw i64 %47, %49
  %51 = load i64, ptr %6, align 8
  %52 = sdiv i64 %50, %51
  store i64 %52, ptr %11, align 8
  %53 = load ptr, ptr %4, align 8
  %54 = getelementptr inbounds nuw %struct.Product, ptr %53, i32 0, i32 13
  %55 = getelementptr inbounds [64 x i64], ptr %54, i64 0, i64 0
  %56 = load i64, ptr %9, align 8
  %57 = getelementptr inbounds i64, ptr %55, i64 %56
  store ptr %57, ptr %12, align 8
  br label %58
58:                                               ; preds = %77, %36
  %59 = load ptr, ptr %12, align 8
  %60 = load atomic i64, ptr %59 monotonic, align 8
  store i64 %60, ptr %14, align 8
  %61 = load i64, ptr %14, align 8
  %62 = load i64, ptr %11, align 8
  %63 = load i64, ptr %10, align 8
  %64 = sub nsw i64 %62, %63
  %65 = icmp slt i64 %61, %64
  br i1 %65, label %66, label %78
66:                                               ; preds = %58
  %67 = load i64, ptr %10, align 8
  %68 = load ptr, ptr %12, align 8
  store i64 1, ptr %15, align 8
  %69 = load i64, ptr %15, align 8
  %70 = atomicrmw add ptr %68, i64 %69 monotonic, align 8
  store i64 %70, ptr %16, align 8
  %71 = load i64, ptr %16, align 8
  %72 = add nsw i64 %67, %71
  store i64 %72, ptr %13, align 8
  %73 = load i64, ptr %11, align 8
  %74 = icmp slt i64 %72, %73
  br i1 %74, label %75, label %77
75:                                               ; preds = %66
  %76 = load i64, ptr %13, align 8
  call void @_ZZL8multiplyI4Int4EvP7ProductENKUllE0_clEl(ptr noundef nonnull align 8 dereferenceable(24) %2, i64 noundef %76)
  br label %77
77:                                               ; preds = %75, %66
  br label %58, !llvm.loop !9
78:                                               ; preds = %58
  br label %79
79:                                               ; preds = %78
  %80 = load i64, ptr %8, align 8
  %81 = add nsw i64 %80, 1
  store i64 %81, ptr %8, align 8
  br label %31, !llvm.loop !10
82:                                               ; preds = %35
  ret void
}
declare void @llvm.x86.tilerelease() #4
declare i32 @omp_get_num_threads() #1
define internal noundef i64 @_ZL5leastll(i64 noundef %0, i64 noundef %1) #2 {
  %3 = alloca i64, align 8
  %4 = alloca i64, align 8
  store i64 %0, ptr %3, align 8
  store i64 %1, ptr %4, align 8
  %5 = load i64, ptr %3, align 8
  %6 = load i64, ptr %4, align 8
  %7 = icmp slt i64 %5, %6
  br i1 %7, label %8, label %10
8:                                                ; preds = %2
  %9 = load i64, ptr %3, align 8
  br label %12
10:                                               ; preds = %2
  %11 = load i64, ptr %4, align 8
  br label %12
12:                                               ; preds = %10, %8
  %13 = phi i64 [ %9, %8 ], [ %11, %10 ]
  ret i64 %13
}
declare i32 @omp_get_thread_num() #1
define linkonce_odr noundef ptr @_ZNK4Many10weights_ofEl(ptr noundef nonnull align 8 dereferenceable(64) %0, i64 noundef %1) #0 comdat align 2 {
  %3 = alloca ptr, align 8
  %4 = alloca i64, align 8
  store ptr %0, ptr %3, align 8
  store i64 %1, ptr %4, align 8
  %5 = load ptr, ptr %3, align 8
  %6 = getelementptr inbounds nuw %struct.Many, ptr %5, i32 0, i32 6
  %7 = load ptr, ptr %6, align 8
  %8 = load i64, ptr %4, align 8
  %9 = mul nsw i64 %8, 4
  %10 = mul nsw i64 %9, 20
  %11 = getelementptr inbounds [16 x <32 x i16>], ptr %7, i64 %10
  ret ptr %11
}
define internal void @_ZZL8multiplyI4Int4EvP7ProductENKUllE_clEl(ptr noundef nonnull align 8 dereferenceable(8) %0, i64 noundef %1) #5 align 2 {
  %3 = alloca ptr, align 8
  %4 = alloca i64, align 8
  store ptr %0, ptr %3, align 8
  store i64 %1, ptr %4, align 8
  %5 = load ptr, ptr %3, align 8
  %6 = getelementptr inbounds nuw %class.anon, ptr %5, i32 0, i32 0
  %7 = load ptr, ptr %6, align 8, !nonnull !11, !align !12
  %8 = load i64, ptr %4, align 8
  call void @_ZL7lay_outRK4Manyl(ptr noundef nonnull align 8 dereferenceable(64) %7, i64 noundef %8)
  ret void
}
define internal void @_ZL7lay_outRK4Manyl(ptr noundef nonnull align 8 dereferenceable(64) %0, i64 noundef %1) #6 {
  %3 = alloca ptr, align 8
  %4 = alloca i64, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  %8 = alloca i8, align 1
  %9 = alloca i64, align 8
  store ptr %0, ptr %3, align 8
  store i64 %1, ptr %4, align 8
  %10 = load i64, ptr %4, align 8
  %11 = sdiv i64 %10, 16
  store i64 %11, ptr %5, align 8
  %12 = load i64, ptr %4, align 8
  %13 = srem i64 %12, 16
  store i64 %13, ptr %6, align 8
  %14 = load i64, ptr %5, align 8
  %15 = load ptr, ptr %3, align 8, !nonnull !11, !align !12
  %16 = getelementptr inbounds nuw %struct.Many, ptr %15, i32 0, i32 2
  %17 = load i64, ptr %16, align 8
  %18 = mul nsw i64 %14, %17
  %19 = load i64, ptr %6, align 8
  %20 = add nsw i64 %18, %19
  store i64 %20, ptr %7, align 8
  %21 = load i64, ptr %6, align 8
  %22 = load ptr, ptr %3, align 8, !nonnull !11, !align !12
  %23 = getelementptr inbounds nuw %struct.Many, ptr %22, i32 0, i32 2
  %24 = load i64, ptr %23, align 8
  %25 = icmp slt i64 %21, %24
  br i1 %25, label %26, label %34
26:                                               ; preds = %2
  %27 = load i64, ptr %7, align 8
  %28 = load ptr, ptr %3, align 8, !nonnull !11, !align !12
  %29 = getelementptr inbounds nuw %struct.Many, ptr %28, i32 0, i32 0
  %30 = load ptr, ptr %29, align 8
  %31 = getelementptr inbounds nuw %struct.Product, ptr %30, i32 0, i32 7
  %32 = load i64, ptr %31, align 8
  %33 = icmp slt i64 %27, %32
  br label %34
34:                                               ; preds = %26, %2
  %35 = phi i1 [ false, %2 ], [ %33, %26 ]
  %36 = zext i1 %35 to i8
  store i8 %36, ptr %8, align 1
  store i64 0, ptr %9, align 8
  br label %37
37:                                               ; preds = %90, %34
  %38 = load i64, ptr %9, align 8
  %39 = load ptr, ptr %3, align 8, !nonnull !11, !align !12
  %40 = getelementptr inbounds nuw %struct.Many, ptr %39, i32 0, i32 0
  %41 = load ptr, ptr %40, align 8
  %42 = getelementptr inbounds nuw %struct.Product, ptr %41, i32 0, i32 8
  %43 = load i64, ptr %42, align 8
  %44 = icmp slt i64 %38, %43
  br i1 %44, label %46, label %45
45:                                               ; preds = %37
  br label %93
46:                                               ; preds = %37
  %47 = load i8, ptr %8, align 1, !range !13, !noundef !11
  %48 = trunc i8 %47 to i1
  br i1 %48, label %49, label %73
49:                                               ; preds = %46
  %50 = load ptr, ptr %3, align 8, !nonnull !11, !align !12
  %51 = getelementptr inbounds nuw %struct.Many, ptr %50, i32 0, i32 0
  %52 = load ptr, ptr %51, align 8
  %53 = getelementptr inbounds nuw %struct.Product, ptr %52, i32 0, i32 3
  %54 = load ptr, ptr %53, align 8
  %55 = load i64, ptr %7, align 8
  %56 = load ptr, ptr %3, align 8, !nonnull !11, !align !12
  %57 = getelementptr inbounds nuw %struct.Many, ptr %56, i32 0, i32 0
  %58 = load ptr, ptr %57, align 8
  %59 = getelementptr inbounds nuw %struct.Product, ptr %58, i32 0, i32 8
  %60 = load i64, ptr %59, align 8
  %61 = mul nsw i64 %55, %60
  %62 = getelementptr inbounds i16, ptr %54, i64 %61
  %63 = load i64, ptr %9, align 8
  %64 = getelementptr inbounds i16, ptr %62, i64 %63
  %65 = load ptr, ptr %3, align 8, !nonnull !11, !align !12
  %66 = getelementptr inbounds nuw %struct.Many, ptr %65, i32 0, i32 0
  %67 = load ptr, ptr %66, align 8
  %68 = getelementptr inbounds nuw %struct.Product, ptr %67, i32 0, i32 8
  %69 = load i64, ptr %68, align 8
  %70 = load i64, ptr %9, align 8
  %71 = sub nsw i64 %69, %70
  %72 = call noundef <32 x i16> @_ZL5chunkPKtl(ptr noundef %64, i64 noundef %71)
  br label %74
73:                                               ; preds = %46
  br label %74
74:                                               ; preds = %73, %49
  %75 = phi <32 x i16> [ %72, %49 ], [ zeroinitializer, %73 ]
  %76 = load ptr, ptr %3, align 8, !nonnull !11, !align !12
  %77 = getelementptr inbounds nuw %struct.Many, ptr %76, i32 0, i32 5
  %78 = load ptr, ptr %77, align 8
  %79 = load i64, ptr %5, align 8
  %80 = load ptr, ptr %3, align 8, !nonnull !11, !align !12
  %81 = getelementptr inbounds nuw %struct.Many, ptr %80, i32 0, i32 3
  %82 = load i64, ptr %81, align 8
  %83 = mul nsw i64 %79, %82
  %84 = load i64, ptr %9, align 8
  %85 = sdiv i64 %84, 32
  %86 = add nsw i64 %83, %85
  %87 = getelementptr inbounds [16 x <32 x i16>], ptr %78, i64 %86
  %88 = load i64, ptr %6, align 8
  %89 = getelementptr inbounds [16 x <32 x i16>], ptr %87, i64 0, i64 %88
  store <32 x i16> %75, ptr %89, align 64
  br label %90
90:                                               ; preds = %74
  %91 = load i64, ptr %9, align 8
  %92 = add nsw i64 %91, 32
  store i64 %92, ptr %9, align 8
  br label %37, !llvm.loop !14
93:                                               ; preds = %45
  ret void
}
define internal noundef <32 x i16> @_ZL5chunkPKtl(ptr noundef %0, i64 noundef %1) #6 {
  %3 = alloca ptr, align 8
  %4 = alloca i64, align 8
  %5 = alloca %class.anon.1, align 1
  store ptr %0, ptr %3, align 8
  store i64 %1, ptr %4, align 8
  %6 = load i64, ptr %4, align 8
  %7 = icmp sge i64 %6, 32
  br i1 %7, label %8, label %11
8:                                                ; preds = %2
  %9 = load ptr, ptr %3, align 8
  %10 = call noundef <32 x i16> @_ZL4loadIDv32_tET_PKv(ptr noundef %9)
  br label %15
11:                                               ; preds = %2
  %12 = load ptr, ptr %3, align 8
  %13 = call noundef <16 x i16> @_ZL4loadIDv16_tET_PKv(ptr noundef %12)
  %14 = call noundef <32 x i16> @"_ZL4pickILi32EDv16_t3$_0EDaT0_S2_T1_"(<16 x i16> noundef %13, <16 x i16> noundef zeroinitializer)
  br label %15
15:                                               ; preds = %11, %8
  %16 = phi <32 x i16> [ %10, %8 ], [ %14, %11 ]
  ret <32 x i16> %16
}
define internal noundef <32 x i16> @_ZL4loadIDv32_tET_PKv(ptr noundef %0) #6 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = getelementptr inbounds nuw %struct.Anywhere, ptr %3, i32 0, i32 0
  %5 = load <32 x i16>, ptr %4, align 1
  ret <32 x i16> %5
}
define internal noundef <32 x i16> @"_ZL4pickILi32EDv16_t3$_0EDaT0_S2_T1_"(<16 x i16> noundef %0, <16 x i16> noundef %1) #6 {
  %3 = alloca %class.anon.1, align 1
  %4 = alloca <16 x i16>, align 32
  %5 = alloca <16 x i16>, align 32
  %6 = alloca %class.anon.1, align 1
  %7 = alloca %struct.Sequence, align 1
  store <16 x i16> %0, ptr %4, align 32
  store <16 x i16> %1, ptr %5, align 32
  %8 = load <16 x i16>, ptr %4, align 32
  %9 = load <16 x i16>, ptr %5, align 32
  %10 = call noundef <32 x i16> @"_ZL7pick_ofIDv16_t3$_0JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15ELi16ELi17ELi18ELi19ELi20ELi21ELi22ELi23ELi24ELi25ELi26ELi27ELi28ELi29ELi30ELi31EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<16 x i16> noundef %8, <16 x i16> noundef %9)
  ret <32 x i16> %10
}
define internal noundef <16 x i16> @_ZL4loadIDv16_tET_PKv(ptr noundef %0) #7 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = getelementptr inbounds nuw %struct.Anywhere.2, ptr %3, i32 0, i32 0
  %5 = load <16 x i16>, ptr %4, align 1
  ret <16 x i16> %5
}
define internal noundef <32 x i16> @"_ZL7pick_ofIDv16_t3$_0JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15ELi16ELi17ELi18ELi19ELi20ELi21ELi22ELi23ELi24ELi25ELi26ELi27ELi28ELi29ELi30ELi31EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<16 x i16> noundef %0, <16 x i16> noundef %1) #6 {
  %3 = alloca %class.anon.1, align 1
  %4 = alloca %struct.Sequence, align 1
  %5 = alloca <16 x i16>, align 32
  %6 = alloca <16 x i16>, align 32
  store <16 x i16> %0, ptr %5, align 32
  store <16 x i16> %1, ptr %6, align 32
  %7 = load <16 x i16>, ptr %5, align 32
  %8 = load <16 x i16>, ptr %6, align 32
  %9 = shufflevector <16 x i16> %7, <16 x i16> %8, <32 x i32> <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7, i32 8, i32 9, i32 10, i32 11, i32 12, i32 13, i32 14, i32 15, i32 16, i32 17, i32 18, i32 19, i32 20, i32 21, i32 22, i32 23, i32 24, i32 25, i32 26, i32 27, i32 28, i32 29, i32 30, i32 31>
  ret <32 x i16> %9
}
declare void @GOMP_barrier() #1
define internal void @_ZZL8multiplyI4Int4EvP7ProductENKUllE0_clEl(ptr noundef nonnull align 8 dereferenceable(24) %0, i64 noundef %1) #5 align 2 {
  %3 = alloca ptr, align 8
  %4 = alloca i64, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  store ptr %0, ptr %3, align 8
  store i64 %1, ptr %4, align 8
  %7 = load ptr, ptr %3, align 8
  %8 = load i64, ptr %4, align 8
  %9 = getelementptr inbounds nuw %class.anon.0, ptr %7, i32 0, i32 0
  %10 = load ptr, ptr %9, align 8, !nonnull !11, !align !12
  %11 = load i64, ptr %10, align 8
  %12 = mul nsw i64 %8, %11
  %13 = getelementptr inbounds nuw %class.anon.0, ptr %7, i32 0, i32 1
  %14 = load ptr, ptr %13, align 8, !nonnull !11, !align !12
  %15 = load ptr, ptr %14, align 8
  %16 = getelementptr inbounds nuw %struct.Product, ptr %15, i32 0, i32 9
  %17 = load i64, ptr %16, align 8
  %18 = getelementptr inbounds nuw %class.anon.0, ptr %7, i32 0, i32 0
  %19 = load ptr, ptr %18, align 8, !nonnull !11, !align !12
  %20 = load i64, ptr %19, align 8
  %21 = sub nsw i64 %17, %20
  %22 = call noundef i64 @_ZL5leastll(i64 noundef %12, i64 noundef %21)
  store i64 %22, ptr %5, align 8
  store i64 0, ptr %6, align 8
  br label %23
23:                                               ; preds = %46, %2
  %24 = load i64, ptr %6, align 8
  %25 = getelementptr inbounds nuw %class.anon.0, ptr %7, i32 0, i32 2
  %26 = load ptr, ptr %25, align 8, !nonnull !11, !align !12
  %27 = getelementptr inbounds nuw %struct.Many, ptr %26, i32 0, i32 3
  %28 = load i64, ptr %27, align 8
  %29 = icmp slt i64 %24, %28
  br i1 %29, label %31, label %30
30:                                               ; preds = %23
  br label %49
31:                                               ; preds = %23
  %32 = getelementptr inbounds nuw %class.anon.0, ptr %7, i32 0, i32 2
  %33 = load ptr, ptr %32, align 8, !nonnull !11, !align !12
  %34 = load i64, ptr %5, align 8
  %35 = getelementptr inbounds nuw %class.anon.0, ptr %7, i32 0, i32 0
  %36 = load ptr, ptr %35, align 8, !nonnull !11, !align !12
  %37 = load i64, ptr %36, align 8
  %38 = load i64, ptr %6, align 8
  %39 = getelementptr inbounds nuw %class.anon.0, ptr %7, i32 0, i32 2
  %40 = load ptr, ptr %39, align 8, !nonnull !11, !align !12
  %41 = getelementptr inbounds nuw %struct.Many, ptr %40, i32 0, i32 3
  %42 = load i64, ptr %41, align 8
  %43 = load i64, ptr %6, align 8
  %44 = sub nsw i64 %42, %43
  %45 = call noundef i64 @_ZL5leastll(i64 noundef 20, i64 noundef %44)
  call void @_ZL8add_partI4Int4EvRK4Manyllll(ptr noundef nonnull align 8 dereferenceable(64) %33, i64 noundef %34, i64 noundef %37, i64 noundef %38, i64 noundef %45)
  br label %46
46:                                               ; preds = %31
  %47 = load i64, ptr %6, align 8
  %48 = add nsw i64 %47, 20
  store i64 %48, ptr %6, align 8
  br label %23, !llvm.loop !15
49:                                               ; preds = %30
  %50 = getelementptr inbounds nuw %class.anon.0, ptr %7, i32 0, i32 2
  %51 = load ptr, ptr %50, align 8, !nonnull !11, !align !12
  %52 = load i64, ptr %5, align 8
  %53 = getelementptr inbounds nuw %class.anon.0, ptr %7, i32 0, i32 0
  %54 = load ptr, ptr %53, align 8, !nonnull !11, !align !12
  %55 = load i64, ptr %54, align 8
  call void @_ZL5writeI4Int4EvRK4Manyll(ptr noundef nonnull align 8 dereferenceable(64) %51, i64 noundef %52, i64 noundef %55)
  ret void
}
define internal void @_ZL8add_partI4Int4EvRK4Manyllll(ptr noundef nonnull align 8 dereferenceable(64) %0, i64 noundef %1, i64 noundef %2, i64 noundef %3, i64 noundef %4) #2 {
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  %8 = alloca i64, align 8
  %9 = alloca i64, align 8
  %10 = alloca i64, align 8
  %11 = alloca i64, align 8
  %12 = alloca i64, align 8
  %13 = alloca i32, align 4
  %14 = alloca i64, align 8
  %15 = alloca ptr, align 8
  %16 = alloca ptr, align 8
  store ptr %0, ptr %6, align 8
  store i64 %1, ptr %7, align 8
  store i64 %2, ptr %8, align 8
  store i64 %3, ptr %9, align 8
  store i64 %4, ptr %10, align 8
  store i64 0, ptr %11, align 8
  br label %17
17:                                               ; preds = %36, %5
  %18 = load i64, ptr %11, align 8
  %19 = load i64, ptr %8, align 8
  %20 = icmp slt i64 %18, %19
  br i1 %20, label %22, label %21
21:                                               ; preds = %17
  br label %39
22:                                               ; preds = %17
  %23 = load ptr, ptr %6, align 8, !nonnull !11, !align !12
  %24 = getelementptr inbounds nuw %struct.Many, ptr %23, i32 0, i32 0
  %25 = load ptr, ptr %24, align 8
  %26 = load i64, ptr %7, align 8
  %27 = load i64, ptr %11, align 8
  %28 = add nsw i64 %26, %27
  %29 = load i64, ptr %9, align 8
  %30 = mul nsw i64 %29, 32
  %31 = load i64, ptr %10, align 8
  %32 = load ptr, ptr %6, align 8, !nonnull !11, !align !12
  %33 = load i64, ptr %11, align 8
  %34 = sdiv i64 %33, 64
  %35 = call noundef ptr @_ZNK4Many10weights_ofEl(ptr noundef nonnull align 8 dereferenceable(64) %32, i64 noundef %34)
  call void @_ZN4Int47convertEPK7ProductlllPA16_Dv32_t(ptr noundef %25, i64 noundef %28, i64 noundef %30, i64 noundef %31, ptr noundef %35)
  br label %36
36:                                               ; preds = %22
  %37 = load i64, ptr %11, align 8
  %38 = add nsw i64 %37, 64
  store i64 %38, ptr %11, align 8
  br label %17, !llvm.loop !16
39:                                               ; preds = %21
  store i64 0, ptr %12, align 8
  br label %40
40:                                               ; preds = %93, %39
  %41 = load i64, ptr %12, align 8
  %42 = load ptr, ptr %6, align 8, !nonnull !11, !align !12
  %43 = getelementptr inbounds nuw %struct.Many, ptr %42, i32 0, i32 1
  %44 = load i64, ptr %43, align 8
  %45 = sdiv i64 %44, 2
  %46 = icmp slt i64 %41, %45
  br i1 %46, label %48, label %47
47:                                               ; preds = %40
  store i32 5, ptr %13, align 4
  br label %96
48:                                               ; preds = %40
  store i64 0, ptr %14, align 8
  br label %49
49:                                               ; preds = %89, %48
  %50 = load i64, ptr %14, align 8
  %51 = load i64, ptr %8, align 8
  %52 = sdiv i64 %51, 32
  %53 = icmp slt i64 %50, %52
  br i1 %53, label %55, label %54
54:                                               ; preds = %49
  store i32 8, ptr %13, align 4
  br label %92
55:                                               ; preds = %49
  %56 = load ptr, ptr %6, align 8, !nonnull !11, !align !12
  %57 = getelementptr inbounds nuw %struct.Many, ptr %56, i32 0, i32 5
  %58 = load ptr, ptr %57, align 8
  %59 = load i64, ptr %12, align 8
  %60 = mul nsw i64 2, %59
  %61 = load ptr, ptr %6, align 8, !nonnull !11, !align !12
  %62 = getelementptr inbounds nuw %struct.Many, ptr %61, i32 0, i32 3
  %63 = load i64, ptr %62, align 8
  %64 = mul nsw i64 %60, %63
  %65 = getelementptr inbounds [16 x <32 x i16>], ptr %58, i64 %64
  %66 = load i64, ptr %9, align 8
  %67 = getelementptr inbounds [16 x <32 x i16>], ptr %65, i64 %66
  store ptr %67, ptr %15, align 8
  %68 = load ptr, ptr %6, align 8, !nonnull !11, !align !12
  %69 = load i64, ptr %14, align 8
  %70 = sdiv i64 %69, 2
  %71 = call noundef ptr @_ZNK4Many10weights_ofEl(ptr noundef nonnull align 8 dereferenceable(64) %68, i64 noundef %70)
  %72 = load i64, ptr %14, align 8
  %73 = srem i64 %72, 2
  %74 = mul nsw i64 %73, 2
  %75 = getelementptr inbounds [16 x <32 x i16>], ptr %71, i64 %74
  store ptr %75, ptr %16, align 8
  %76 = load ptr, ptr %15, align 8
  %77 = load ptr, ptr %6, align 8, !nonnull !11, !align !12
  %78 = getelementptr inbounds nuw %struct.Many, ptr %77, i32 0, i32 3
  %79 = load i64, ptr %78, align 8
  %80 = load ptr, ptr %16, align 8
  %81 = load i64, ptr %10, align 8
  %82 = load i64, ptr %9, align 8
  %83 = icmp ne i64 %82, 0
  %84 = xor i1 %83, true
  %85 = load ptr, ptr %6, align 8, !nonnull !11, !align !12
  %86 = load i64, ptr %12, align 8
  %87 = load i64, ptr %14, align 8
  %88 = call noundef nonnull align 64 dereferenceable(4096) ptr @_ZNK4Many7sums_ofEll(ptr noundef nonnull align 8 dereferenceable(64) %85, i64 noundef %86, i64 noundef %87)
  call void @_ZL8multiplyPA16_KDv32_tlS2_lbRA4_A16_Dv16_f(ptr noundef %76, i64 noundef %79, ptr noundef %80, i64 noundef %81, i1 noundef zeroext %84, ptr noundef nonnull align 64 dereferenceable(4096) %88)
  br label %89
89:                                               ; preds = %55
  %90 = load i64, ptr %14, align 8
  %91 = add nsw i64 %90, 1
  store i64 %91, ptr %14, align 8
  br label %49, !llvm.loop !17
92:                                               ; preds = %54
  br label %93
93:                                               ; preds = %92
  %94 = load i64, ptr %12, align 8
  %95 = add nsw i64 %94, 1
  store i64 %95, ptr %12, align 8
  br label %40, !llvm.loop !18
96:                                               ; preds = %47
  ret void
}
define internal void @_ZL5writeI4Int4EvRK4Manyll(ptr noundef nonnull align 8 dereferenceable(64) %0, i64 noundef %1, i64 noundef %2) #6 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  %8 = alloca i32, align 4
  %9 = alloca i64, align 8
  %10 = alloca i64, align 8
  %11 = alloca i64, align 8
  %12 = alloca i64, align 8
  %13 = alloca <16 x float>, align 64
  %14 = alloca <16 x float>, align 64
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store i64 %2, ptr %6, align 8
  store i64 0, ptr %7, align 8
  br label %15
15:                                               ; preds = %132, %3
  %16 = load i64, ptr %7, align 8
  %17 = load ptr, ptr %4, align 8, !nonnull !11, !align !12
  %18 = getelementptr inbounds nuw %struct.Many, ptr %17, i32 0, i32 0
  %19 = load ptr, ptr %18, align 8
  %20 = getelementptr inbounds nuw %struct.Product, ptr %19, i32 0, i32 7
  %21 = load i64, ptr %20, align 8
  %22 = icmp slt i64 %16, %21
  br i1 %22, label %24, label %23
23:                                               ; preds = %15
  store i32 2, ptr %8, align 4
  br label %135
24:                                               ; preds = %15
  store i64 0, ptr %9, align 8
  br label %25
25:                                               ; preds = %128, %24
  %26 = load i64, ptr %9, align 8
  %27 = load i64, ptr %6, align 8
  %28 = icmp slt i64 %26, %27
  br i1 %28, label %30, label %29
29:                                               ; preds = %25
  store i32 5, ptr %8, align 4
  br label %131
30:                                               ; preds = %25
  %31 = load i64, ptr %7, align 8
  %32 = load ptr, ptr %4, align 8, !nonnull !11, !align !12
  %33 = getelementptr inbounds nuw %struct.Many, ptr %32, i32 0, i32 2
  %34 = load i64, ptr %33, align 8
  %35 = sdiv i64 %31, %34
  store i64 %35, ptr %10, align 8
  %36 = load i64, ptr %10, align 8
  %37 = srem i64 %36, 2
  %38 = mul nsw i64 %37, 2
  %39 = load i64, ptr %9, align 8
  %40 = sdiv i64 %39, 16
  %41 = srem i64 %40, 2
  %42 = add nsw i64 %38, %41
  store i64 %42, ptr %11, align 8
  %43 = load i64, ptr %5, align 8
  %44 = load i64, ptr %9, align 8
  %45 = add nsw i64 %43, %44
  store i64 %45, ptr %12, align 8
  %46 = load ptr, ptr %4, align 8, !nonnull !11, !align !12
  %47 = load i64, ptr %10, align 8
  %48 = sdiv i64 %47, 2
  %49 = load i64, ptr %9, align 8
  %50 = sdiv i64 %49, 32
  %51 = call noundef nonnull align 64 dereferenceable(4096) ptr @_ZNK4Many7sums_ofEll(ptr noundef nonnull align 8 dereferenceable(64) %46, i64 noundef %48, i64 noundef %50)
  %52 = load i64, ptr %11, align 8
  %53 = getelementptr inbounds [4 x [16 x <16 x float>]], ptr %51, i64 0, i64 %52
  %54 = load i64, ptr %7, align 8
  %55 = load ptr, ptr %4, align 8, !nonnull !11, !align !12
  %56 = getelementptr inbounds nuw %struct.Many, ptr %55, i32 0, i32 2
  %57 = load i64, ptr %56, align 8
  %58 = srem i64 %54, %57
  %59 = getelementptr inbounds [16 x <16 x float>], ptr %53, i64 0, i64 %58
  %60 = load <16 x float>, ptr %59, align 64
  store <16 x float> %60, ptr %13, align 64
  %61 = load ptr, ptr %4, align 8, !nonnull !11, !align !12
  %62 = getelementptr inbounds nuw %struct.Many, ptr %61, i32 0, i32 0
  %63 = load ptr, ptr %62, align 8
  %64 = load i64, ptr %12, align 8
  %65 = load <16 x float>, ptr %13, align 64
  %66 = call noundef <16 x float> @_ZN4Int46scaledEPK7ProductlDv16_f(ptr noundef %63, i64 noundef %64, <16 x float> noundef %65)
  %67 = load ptr, ptr %4, align 8, !nonnull !11, !align !12
  %68 = getelementptr inbounds nuw %struct.Many, ptr %67, i32 0, i32 0
  %69 = load ptr, ptr %68, align 8
  %70 = getelementptr inbounds nuw %struct.Product, ptr %69, i32 0, i32 2
  %71 = load ptr, ptr %70, align 8
  %72 = load i64, ptr %12, align 8
  %73 = getelementptr inbounds i16, ptr %71, i64 %72
  %74 = call noundef <16 x float> @_ZL4wideILi16EEDvmlLm4ET__fPKt(ptr noundef %73)
  %75 = fadd <16 x float> %66, %74
  store <16 x float> %75, ptr %14, align 64
  %76 = load ptr, ptr %4, align 8, !nonnull !11, !align !12
  %77 = getelementptr inbounds nuw %struct.Many, ptr %76, i32 0, i32 0
  %78 = load ptr, ptr %77, align 8
  %79 = getelementptr inbounds nuw %struct.Product, ptr %78, i32 0, i32 12
  %80 = load i64, ptr %79, align 8
  %81 = icmp ne i64 %80, 0
  br i1 %81, label %82, label %85
82:                                               ; preds = %30
  %83 = load <16 x float>, ptr %14, align 64
  %84 = call noundef <16 x float> @_ZL4geluDv16_f(<16 x float> noundef %83)
  store <16 x float> %84, ptr %14, align 64
  br label %85
85:                                               ; preds = %82, %30
  %86 = load ptr, ptr %4, align 8, !nonnull !11, !align !12
  %87 = getelementptr inbounds nuw %struct.Many, ptr %86, i32 0, i32 0
  %88 = load ptr, ptr %87, align 8
  %89 = getelementptr inbounds nuw %struct.Product, ptr %88, i32 0, i32 6
  %90 = load ptr, ptr %89, align 8
  %91 = icmp ne ptr %90, null
  br i1 %91, label %92, label %111
92:                                               ; preds = %85
  %93 = load ptr, ptr %4, align 8, !nonnull !11, !align !12
  %94 = getelementptr inbounds nuw %struct.Many, ptr %93, i32 0, i32 0
  %95 = load ptr, ptr %94, align 8
  %96 = getelementptr inbounds nuw %struct.Product, ptr %95, i32 0, i32 6
  %97 = load ptr, ptr %96, align 8
  %98 = load i64, ptr %7, align 8
  %99 = load ptr, ptr %4, align 8, !nonnull !11, !align !12
  %100 = getelementptr inbounds nuw %struct.Many, ptr %99, i32 0, i32 0
  %101 = load ptr, ptr %100, align 8
  %102 = getelementptr inbounds nuw %struct.Product, ptr %101, i32 0, i32 9
  %103 = load i64, ptr %102, align 8
  %104 = mul nsw i64 %98, %103
  %105 = getelementptr inbounds i16, ptr %97, i64 %104
  %106 = load i64, ptr %12, align 8
  %107 = getelementptr inbounds i16, ptr %105, i64 %106
  %108 = call noundef <16 x float> @_ZL4wideILi16EEDvmlLm4ET__fPKt(ptr noundef %107)
  %109 = load <16 x float>, ptr %14, align 64
  %110 = fadd <16 x float> %109, %108
  store <16 x float> %110, ptr %14, align 64
  br label %111
111:                                              ; preds = %92, %85
  %112 = load ptr, ptr %4, align 8, !nonnull !11, !align !12
  %113 = getelementptr inbounds nuw %struct.Many, ptr %112, i32 0, i32 0
  %114 = load ptr, ptr %113, align 8
  %115 = getelementptr inbounds nuw %struct.Product, ptr %114, i32 0, i32 4
  %116 = load ptr, ptr %115, align 8
  %117 = load i64, ptr %7, align 8
  %118 = load ptr, ptr %4, align 8, !nonnull !11, !align !12
  %119 = getelementptr inbounds nuw %struct.Many, ptr %118, i32 0, i32 0
  %120 = load ptr, ptr %119, align 8
  %121 = getelementptr inbounds nuw %struct.Product, ptr %120, i32 0, i32 9
  %122 = load i64, ptr %121, align 8
  %123 = mul nsw i64 %117, %122
  %124 = getelementptr inbounds i16, ptr %116, i64 %123
  %125 = load i64, ptr %12, align 8
  %126 = getelementptr inbounds i16, ptr %124, i64 %125
  %127 = load <16 x float>, ptr %14, align 64
  call void @_ZL8round_toIDv16_fEvPtT_(ptr noundef %126, <16 x float> noundef %127)
  br label %128
128:                                              ; preds = %111
  %129 = load i64, ptr %9, align 8
  %130 = add nsw i64 %129, 16
  store i64 %130, ptr %9, align 8
  br label %25, !llvm.loop !19
131:                                              ; preds = %29
  br label %132
132:                                              ; preds = %131
  %133 = load i64, ptr %7, align 8
  %134 = add nsw i64 %133, 1
  store i64 %134, ptr %7, align 8
  br label %15, !llvm.loop !20
135:                                              ; preds = %23
  ret void
}
define linkonce_odr void @_ZN4Int47convertEPK7ProductlllPA16_Dv32_t(ptr noundef %0, i64 noundef %1, i64 noundef %2, i64 noundef %3, ptr noundef %4) #0 comdat align 2 {
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  %8 = alloca i64, align 8
  %9 = alloca i64, align 8
  %10 = alloca ptr, align 8
  %11 = alloca i64, align 8
  store ptr %0, ptr %6, align 8
  store i64 %1, ptr %7, align 8
  store i64 %2, ptr %8, align 8
  store i64 %3, ptr %9, align 8
  store ptr %4, ptr %10, align 8
  store i64 0, ptr %11, align 8
  br label %12
12:                                               ; preds = %28, %5
  %13 = load i64, ptr %11, align 8
  %14 = load i64, ptr %9, align 8
  %15 = icmp slt i64 %13, %14
  br i1 %15, label %17, label %16
16:                                               ; preds = %12
  br label %35
17:                                               ; preds = %12
  %18 = load ptr, ptr %6, align 8
  %19 = load i64, ptr %7, align 8
  %20 = load i64, ptr %8, align 8
  %21 = load i64, ptr %11, align 8
  %22 = mul nsw i64 %21, 32
  %23 = add nsw i64 %20, %22
  %24 = load ptr, ptr %10, align 8
  %25 = load i64, ptr %11, align 8
  %26 = mul nsw i64 %25, 4
  %27 = getelementptr inbounds [16 x <32 x i16>], ptr %24, i64 %26
  call void @_ZL11round_groupPK7ProductllPA16_Dv32_t(ptr noundef %18, i64 noundef %19, i64 noundef %23, ptr noundef %27)
  br label %28
28:                                               ; preds = %17
  %29 = load ptr, ptr %6, align 8
  %30 = getelementptr inbounds nuw %struct.Product, ptr %29, i32 0, i32 10
  %31 = load i64, ptr %30, align 8
  %32 = sdiv i64 %31, 32
  %33 = load i64, ptr %11, align 8
  %34 = add nsw i64 %33, %32
  store i64 %34, ptr %11, align 8
  br label %12, !llvm.loop !21
35:                                               ; preds = %16
  ret void
}
define internal void @_ZL8multiplyPA16_KDv32_tlS2_lbRA4_A16_Dv16_f(ptr noundef %0, i64 noundef %1, ptr noundef %2, i64 noundef %3, i1 noundef zeroext %4, ptr noundef nonnull align 64 dereferenceable(4096) %5) #2 {
  %7 = alloca ptr, align 8
  %8 = alloca i64, align 8
  %9 = alloca ptr, align 8
  %10 = alloca i64, align 8
  %11 = alloca i8, align 1
  %12 = alloca ptr, align 8
  store ptr %0, ptr %7, align 8
  store i64 %1, ptr %8, align 8
  store ptr %2, ptr %9, align 8
  store i64 %3, ptr %10, align 8
  %13 = zext i1 %4 to i8
  store i8 %13, ptr %11, align 1
  store ptr %5, ptr %12, align 8
  %14 = load i8, ptr %11, align 1, !range !13, !noundef !11
  %15 = trunc i8 %14 to i1
  br i1 %15, label %16, label %17
16:                                               ; preds = %6
  call void @llvm.x86.tilezero(i8 0)
  br label %21
17:                                               ; preds = %6
  %18 = load ptr, ptr %12, align 8, !nonnull !11, !align !22
  %19 = getelementptr inbounds [4 x [16 x <16 x float>]], ptr %18, i64 0, i64 0
  %20 = getelementptr inbounds [16 x <16 x float>], ptr %19, i64 0, i64 0
  call void @llvm.x86.tileloadd64(i8 0, ptr %20, i64 64)
  br label %21
21:                                               ; preds = %17, %16
  %22 = load i8, ptr %11, align 1, !range !13, !noundef !11
  %23 = trunc i8 %22 to i1
  br i1 %23, label %24, label %25
24:                                               ; preds = %21
  call void @llvm.x86.tilezero(i8 1)
  br label %29
25:                                               ; preds = %21
  %26 = load ptr, ptr %12, align 8, !nonnull !11, !align !22
  %27 = getelementptr inbounds [4 x [16 x <16 x float>]], ptr %26, i64 0, i64 1
  %28 = getelementptr inbounds [16 x <16 x float>], ptr %27, i64 0, i64 0
  call void @llvm.x86.tileloadd64(i8 1, ptr %28, i64 64)
  br label %29
29:                                               ; preds = %25, %24
  %30 = load i8, ptr %11, align 1, !range !13, !noundef !11
  %31 = trunc i8 %30 to i1
  br i1 %31, label %32, label %33
32:                                               ; preds = %29
  call void @llvm.x86.tilezero(i8 2)
  br label %37
33:                                               ; preds = %29
  %34 = load ptr, ptr %12, align 8, !nonnull !11, !align !22
  %35 = getelementptr inbounds [4 x [16 x <16 x float>]], ptr %34, i64 0, i64 2
  %36 = getelementptr inbounds [16 x <16 x float>], ptr %35, i64 0, i64 0
  call void @llvm.x86.tileloadd64(i8 2, ptr %36, i64 64)
  br label %37
37:                                               ; preds = %33, %32
  %38 = load i8, ptr %11, align 1, !range !13, !noundef !11
  %39 = trunc i8 %38 to i1
  br i1 %39, label %40, label %41
40:                                               ; preds = %37
  call void @llvm.x86.tilezero(i8 3)
  br label %45
41:                                               ; preds = %37
  %42 = load ptr, ptr %12, align 8, !nonnull !11, !align !22
  %43 = getelementptr inbounds [4 x [16 x <16 x float>]], ptr %42, i64 0, i64 3
  %44 = getelementptr inbounds [16 x <16 x float>], ptr %43, i64 0, i64 0
  call void @llvm.x86.tileloadd64(i8 3, ptr %44, i64 64)
  br label %45
45:                                               ; preds = %41, %40
  br label %46
46:                                               ; preds = %57, %45
  %47 = load i64, ptr %10, align 8
  %48 = icmp sgt i64 %47, 0
  br i1 %48, label %49, label %64
49:                                               ; preds = %46
  %50 = load ptr, ptr %7, align 8
  call void @llvm.x86.tileloadd64(i8 4, ptr %50, i64 64)
  %51 = load ptr, ptr %9, align 8
  call void @llvm.x86.tileloaddt164(i8 6, ptr %51, i64 64)
  %52 = load ptr, ptr %9, align 8
  %53 = getelementptr inbounds [16 x <32 x i16>], ptr %52, i64 1
  call void @llvm.x86.tileloaddt164(i8 7, ptr %53, i64 64)
  %54 = load ptr, ptr %7, align 8
  %55 = load i64, ptr %8, align 8
  %56 = getelementptr inbounds [16 x <32 x i16>], ptr %54, i64 %55
  call void @llvm.x86.tileloadd64(i8 5, ptr %56, i64 64)
  call void @llvm.x86.tdpbf16ps(i8 0, i8 4, i8 6)
  call void @llvm.x86.tdpbf16ps(i8 1, i8 4, i8 7)
  call void @llvm.x86.tdpbf16ps(i8 2, i8 5, i8 6)
  call void @llvm.x86.tdpbf16ps(i8 3, i8 5, i8 7)
  br label %57
57:                                               ; preds = %49
  %58 = load i64, ptr %10, align 8
  %59 = add nsw i64 %58, -1
  store i64 %59, ptr %10, align 8
  %60 = load ptr, ptr %7, align 8
  %61 = getelementptr inbounds nuw [16 x <32 x i16>], ptr %60, i32 1
  store ptr %61, ptr %7, align 8
  %62 = load ptr, ptr %9, align 8
  %63 = getelementptr inbounds [16 x <32 x i16>], ptr %62, i64 4
  store ptr %63, ptr %9, align 8
  br label %46, !llvm.loop !23
64:                                               ; preds = %46
  %65 = load ptr, ptr %12, align 8, !nonnull !11, !align !22
  %66 = getelementptr inbounds [4 x [16 x <16 x float>]], ptr %65, i64 0, i64 0
  %67 = getelementptr inbounds [16 x <16 x float>], ptr %66, i64 0, i64 0
  call void @llvm.x86.tilestored64(i8 0, ptr %67, i64 64)
  %68 = load ptr, ptr %12, align 8, !nonnull !11, !align !22
  %69 = getelementptr inbounds [4 x [16 x <16 x float>]], ptr %68, i64 0, i64 1
  %70 = getelementptr inbounds [16 x <16 x float>], ptr %69, i64 0, i64 0
  call void @llvm.x86.tilestored64(i8 1, ptr %70, i64 64)
  %71 = load ptr, ptr %12, align 8, !nonnull !11, !align !22
  %72 = getelementptr inbounds [4 x [16 x <16 x float>]], ptr %71, i64 0, i64 2
  %73 = getelementptr inbounds [16 x <16 x float>], ptr %72, i64 0, i64 0
  call void @llvm.x86.tilestored64(i8 2, ptr %73, i64 64)
  %74 = load ptr, ptr %12, align 8, !nonnull !11, !align !22
  %75 = getelementptr inbounds [4 x [16 x <16 x float>]], ptr %74, i64 0, i64 3
  %76 = getelementptr inbounds [16 x <16 x float>], ptr %75, i64 0, i64 0
  call void @llvm.x86.tilestored64(i8 3, ptr %76, i64 64)
  ret void
}
define linkonce_odr noundef nonnull align 64 dereferenceable(4096) ptr @_ZNK4Many7sums_ofEll(ptr noundef nonnull align 8 dereferenceable(64) %0, i64 noundef %1, i64 noundef %2) #0 comdat align 2 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store i64 %2, ptr %6, align 8
  %7 = load ptr, ptr %4, align 8
  %8 = getelementptr inbounds nuw %struct.Many, ptr %7, i32 0, i32 7
  %9 = load ptr, ptr %8, align 8
  %10 = load i64, ptr %5, align 8
  %11 = mul nsw i64 %10, 2
  %12 = mul nsw i64 %11, 4
  %13 = load i64, ptr %6, align 8
  %14 = add nsw i64 %12, %13
  %15 = getelementptr inbounds [4 x [16 x <16 x float>]], ptr %9, i64 %14
  ret ptr %15
}
define internal void @_ZL11round_groupPK7ProductllPA16_Dv32_t(ptr noundef %0, i64 noundef %1, i64 noundef %2, ptr noundef %3) #6 {
  %5 = alloca ptr, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  %8 = alloca ptr, align 8
  %9 = alloca ptr, align 8
  %10 = alloca ptr, align 8
  %11 = alloca [4 x <16 x float>], align 64
  %12 = alloca [4 x <16 x float>], align 64
  %13 = alloca i32, align 4
  %14 = alloca <16 x i32>, align 64
  %15 = alloca i64, align 8
  %16 = alloca i32, align 4
  %17 = alloca i64, align 8
  %18 = alloca [4 x <32 x i16>], align 64
  %19 = alloca i32, align 4
  %20 = alloca <16 x i32>, align 64
  %21 = alloca <16 x float>, align 64
  store ptr %0, ptr %5, align 8
  store i64 %1, ptr %6, align 8
  store i64 %2, ptr %7, align 8
  store ptr %3, ptr %8, align 8
  %22 = load ptr, ptr %5, align 8
  %23 = getelementptr inbounds nuw %struct.Product, ptr %22, i32 0, i32 1
  %24 = load ptr, ptr %23, align 8
  %25 = load i64, ptr %7, align 8
  %26 = load ptr, ptr %5, align 8
  %27 = getelementptr inbounds nuw %struct.Product, ptr %26, i32 0, i32 10
  %28 = load i64, ptr %27, align 8
  %29 = sdiv i64 %25, %28
  %30 = load ptr, ptr %5, align 8
  %31 = getelementptr inbounds nuw %struct.Product, ptr %30, i32 0, i32 9
  %32 = load i64, ptr %31, align 8
  %33 = mul nsw i64 %29, %32
  %34 = getelementptr inbounds i32, ptr %24, i64 %33
  %35 = load i64, ptr %6, align 8
  %36 = getelementptr inbounds i32, ptr %34, i64 %35
  store ptr %36, ptr %9, align 8
  %37 = load ptr, ptr %5, align 8
  %38 = getelementptr inbounds nuw %struct.Product, ptr %37, i32 0, i32 0
  %39 = load ptr, ptr %38, align 8
  %40 = load i64, ptr %6, align 8
  %41 = load ptr, ptr %5, align 8
  %42 = getelementptr inbounds nuw %struct.Product, ptr %41, i32 0, i32 8
  %43 = load i64, ptr %42, align 8
  %44 = mul nsw i64 %40, %43
  %45 = load i64, ptr %7, align 8
  %46 = mul nsw i64 %45, 64
  %47 = add nsw i64 %44, %46
  %48 = sdiv i64 %47, 2
  %49 = getelementptr inbounds i8, ptr %39, i64 %48
  store ptr %49, ptr %10, align 8
  store i32 0, ptr %13, align 4
  br label %50
50:                                               ; preds = %89, %4
  %51 = load i32, ptr %13, align 4
  %52 = icmp slt i32 %51, 4
  br i1 %52, label %54, label %53
53:                                               ; preds = %50
  br label %92
54:                                               ; preds = %50
  %55 = load ptr, ptr %9, align 8
  %56 = load ptr, ptr %5, align 8
  %57 = getelementptr inbounds nuw %struct.Product, ptr %56, i32 0, i32 9
  %58 = load i64, ptr %57, align 8
  %59 = mul nsw i64 4, %58
  %60 = getelementptr inbounds i32, ptr %55, i64 %59
  %61 = load i32, ptr %13, align 4
  %62 = mul nsw i32 16, %61
  %63 = sext i32 %62 to i64
  %64 = getelementptr inbounds i32, ptr %60, i64 %63
  call void @llvm.prefetch.p0(ptr %64, i32 0, i32 3, i32 1)
  %65 = load ptr, ptr %9, align 8
  %66 = load i32, ptr %13, align 4
  %67 = mul nsw i32 16, %66
  %68 = sext i32 %67 to i64
  %69 = getelementptr inbounds i32, ptr %65, i64 %68
  %70 = call noundef <16 x i32> @_ZL4loadIDv16_iET_PKv(ptr noundef %69)
  store <16 x i32> %70, ptr %14, align 64
  %71 = load <16 x i32>, ptr %14, align 64
  %72 = shl <16 x i32> %71, splat (i32 16)
  %73 = bitcast <16 x i32> %72 to <16 x float>
  %74 = load i32, ptr %13, align 4
  %75 = sext i32 %74 to i64
  %76 = getelementptr inbounds [4 x <16 x float>], ptr %11, i64 0, i64 %75
  store <16 x float> %73, ptr %76, align 64
  %77 = load i32, ptr %13, align 4
  %78 = sext i32 %77 to i64
  %79 = getelementptr inbounds [4 x <16 x float>], ptr %11, i64 0, i64 %78
  %80 = load <16 x float>, ptr %79, align 64
  %81 = call noundef <16 x float> @_ZL3allf(float noundef -1.360000e+02)
  %82 = load <16 x i32>, ptr %14, align 64
  %83 = and <16 x i32> %82, splat (i32 -65536)
  %84 = bitcast <16 x i32> %83 to <16 x float>
  %85 = call noundef <16 x float> @_ZL3fmaIDv16_fET_S1_S1_S1_(<16 x float> noundef %80, <16 x float> noundef %81, <16 x float> noundef %84)
  %86 = load i32, ptr %13, align 4
  %87 = sext i32 %86 to i64
  %88 = getelementptr inbounds [4 x <16 x float>], ptr %12, i64 0, i64 %87
  store <16 x float> %85, ptr %88, align 64
  br label %89
89:                                               ; preds = %54
  %90 = load i32, ptr %13, align 4
  %91 = add nsw i32 %90, 1
  store i32 %91, ptr %13, align 4
  br label %50, !llvm.loop !24
92:                                               ; preds = %53
  store i64 0, ptr %15, align 8
  br label %93
93:                                               ; preds = %161, %92
  %94 = load i64, ptr %15, align 8
  %95 = load ptr, ptr %5, align 8
  %96 = getelementptr inbounds nuw %struct.Product, ptr %95, i32 0, i32 10
  %97 = load i64, ptr %96, align 8
  %98 = sdiv i64 %97, 32
  %99 = icmp slt i64 %94, %98
  br i1 %99, label %101, label %100
100:                                              ; preds = %93
  store i32 5, ptr %16, align 4
  br label %166
101:                                              ; preds = %93
  store i64 0, ptr %17, align 8
  br label %102
102:                                              ; preds = %155, %101
  %103 = load i64, ptr %17, align 8
  %104 = icmp slt i64 %103, 16
  br i1 %104, label %106, label %105
105:                                              ; preds = %102
  store i32 8, ptr %16, align 4
  br label %160
106:                                              ; preds = %102
  %107 = load ptr, ptr %10, align 8
  %108 = getelementptr inbounds [4 x <32 x i16>], ptr %18, i64 0, i64 0
  call void @_ZL6unpackPKhPDv32_t(ptr noundef %107, ptr noundef %108)
  store i32 0, ptr %19, align 4
  br label %109
109:                                              ; preds = %151, %106
  %110 = load i32, ptr %19, align 4
  %111 = icmp slt i32 %110, 4
  br i1 %111, label %113, label %112
112:                                              ; preds = %109
  store i32 11, ptr %16, align 4
  br label %154
113:                                              ; preds = %109
  %114 = load i32, ptr %19, align 4
  %115 = sext i32 %114 to i64
  %116 = getelementptr inbounds [4 x <32 x i16>], ptr %18, i64 0, i64 %115
  %117 = load <32 x i16>, ptr %116, align 64
  %118 = bitcast <32 x i16> %117 to <16 x i32>
  store <16 x i32> %118, ptr %20, align 64
  %119 = load <16 x i32>, ptr %20, align 64
  %120 = shl <16 x i32> %119, splat (i32 16)
  %121 = bitcast <16 x i32> %120 to <16 x float>
  %122 = load i32, ptr %19, align 4
  %123 = sext i32 %122 to i64
  %124 = getelementptr inbounds [4 x <16 x float>], ptr %11, i64 0, i64 %123
  %125 = load <16 x float>, ptr %124, align 64
  %126 = load i32, ptr %19, align 4
  %127 = sext i32 %126 to i64
  %128 = getelementptr inbounds [4 x <16 x float>], ptr %12, i64 0, i64 %127
  %129 = load <16 x float>, ptr %128, align 64
  %130 = call noundef <16 x float> @_ZL3fmaIDv16_fET_S1_S1_S1_(<16 x float> noundef %121, <16 x float> noundef %125, <16 x float> noundef %129)
  store <16 x float> %130, ptr %21, align 64
  %131 = load <16 x float>, ptr %21, align 64
  %132 = load <16 x i32>, ptr %20, align 64
  %133 = and <16 x i32> %132, splat (i32 -65536)
  %134 = bitcast <16 x i32> %133 to <16 x float>
  %135 = load i32, ptr %19, align 4
  %136 = sext i32 %135 to i64
  %137 = getelementptr inbounds [4 x <16 x float>], ptr %11, i64 0, i64 %136
  %138 = load <16 x float>, ptr %137, align 64
  %139 = load i32, ptr %19, align 4
  %140 = sext i32 %139 to i64
  %141 = getelementptr inbounds [4 x <16 x float>], ptr %12, i64 0, i64 %140
  %142 = load <16 x float>, ptr %141, align 64
  %143 = call noundef <16 x float> @_ZL3fmaIDv16_fET_S1_S1_S1_(<16 x float> noundef %134, <16 x float> noundef %138, <16 x float> noundef %142)
  %144 = call noundef <32 x i16> @_ZL8pairs_ofDv16_fS_(<16 x float> noundef %131, <16 x float> noundef %143)
  %145 = load ptr, ptr %8, align 8
  %146 = load i32, ptr %19, align 4
  %147 = sext i32 %146 to i64
  %148 = getelementptr inbounds [16 x <32 x i16>], ptr %145, i64 %147
  %149 = load i64, ptr %17, align 8
  %150 = getelementptr inbounds [16 x <32 x i16>], ptr %148, i64 0, i64 %149
  store <32 x i16> %144, ptr %150, align 64
  br label %151
151:                                              ; preds = %113
  %152 = load i32, ptr %19, align 4
  %153 = add nsw i32 %152, 1
  store i32 %153, ptr %19, align 4
  br label %109, !llvm.loop !26
154:                                              ; preds = %112
  br label %155
155:                                              ; preds = %154
  %156 = load i64, ptr %17, align 8
  %157 = add nsw i64 %156, 1
  store i64 %157, ptr %17, align 8
  %158 = load ptr, ptr %10, align 8
  %159 = getelementptr inbounds i8, ptr %158, i64 64
  store ptr %159, ptr %10, align 8
  br label %102, !llvm.loop !27
160:                                              ; preds = %105
  br label %161
161:                                              ; preds = %160
  %162 = load i64, ptr %15, align 8
  %163 = add nsw i64 %162, 1
  store i64 %163, ptr %15, align 8
  %164 = load ptr, ptr %8, align 8
  %165 = getelementptr inbounds [16 x <32 x i16>], ptr %164, i64 4
  store ptr %165, ptr %8, align 8
  br label %93, !llvm.loop !28
166:                                              ; preds = %100
  ret void
}
declare void @llvm.prefetch.p0(ptr readonly captures(none), i32 immarg, i32 immarg, i32 immarg) #8
define internal noundef <16 x i32> @_ZL4loadIDv16_iET_PKv(ptr noundef %0) #6 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = getelementptr inbounds nuw %struct.Anywhere.3, ptr %3, i32 0, i32 0
  %5 = load <16 x i32>, ptr %4, align 1
  ret <16 x i32> %5
}
define internal noundef <16 x float> @_ZL3fmaIDv16_fET_S1_S1_S1_(<16 x float> noundef %0, <16 x float> noundef %1, <16 x float> noundef %2) #6 {
  %4 = alloca <16 x float>, align 64
  %5 = alloca <16 x float>, align 64
  %6 = alloca <16 x float>, align 64
  store <16 x float> %0, ptr %4, align 64
  store <16 x float> %1, ptr %5, align 64
  store <16 x float> %2, ptr %6, align 64
  %7 = load <16 x float>, ptr %4, align 64
  %8 = load <16 x float>, ptr %5, align 64
  %9 = load <16 x float>, ptr %6, align 64
  %10 = call <16 x float> @llvm.fma.v16f32(<16 x float> %7, <16 x float> %8, <16 x float> %9)
  ret <16 x float> %10
}
define internal noundef <16 x float> @_ZL3allf(float noundef %0) #6 {
  %2 = alloca float, align 4
  store float %0, ptr %2, align 4
  %3 = load float, ptr %2, align 4
  %4 = insertelement <16 x float> poison, float %3, i64 0
  %5 = shufflevector <16 x float> %4, <16 x float> poison, <16 x i32> zeroinitializer
  %6 = fadd <16 x float> zeroinitializer, %5
  ret <16 x float> %6
}
define internal void @_ZL6unpackPKhPDv32_t(ptr noundef %0, ptr noundef %1) #6 {
  %3 = alloca ptr, align 8
  %4 = alloca ptr, align 8
  %5 = alloca <64 x i8>, align 64
  %6 = alloca <32 x i8>, align 32
  %7 = alloca %class.anon.4, align 1
  %8 = alloca <32 x i8>, align 32
  %9 = alloca %class.anon.6, align 1
  %10 = alloca [2 x <32 x i16>], align 64
  %11 = alloca i32, align 4
  store ptr %0, ptr %3, align 8
  store ptr %1, ptr %4, align 8
  %12 = load ptr, ptr %3, align 8
  %13 = call noundef <64 x i8> @_ZL4loadIDv64_hET_PKv(ptr noundef %12)
  store <64 x i8> %13, ptr %5, align 64
  %14 = load <64 x i8>, ptr %5, align 64
  %15 = load <64 x i8>, ptr %5, align 64
  %16 = call noundef <32 x i8> @_ZL4pickILi32EDv64_hZL6unpackPKhPDv32_tEUliE_EDaT0_S6_T1_(<64 x i8> noundef %14, <64 x i8> noundef %15)
  store <32 x i8> %16, ptr %6, align 32
  %17 = load <64 x i8>, ptr %5, align 64
  %18 = load <64 x i8>, ptr %5, align 64
  %19 = call noundef <32 x i8> @_ZL4pickILi32EDv64_hZL6unpackPKhPDv32_tEUliE0_EDaT0_S6_T1_(<64 x i8> noundef %17, <64 x i8> noundef %18)
  store <32 x i8> %19, ptr %8, align 32
  %20 = load ptr, ptr %3, align 8
  %21 = getelementptr inbounds i8, ptr %20, i64 4096
  call void @llvm.prefetch.p0(ptr %21, i32 0, i32 3, i32 1)
  %22 = load <32 x i8>, ptr %6, align 32
  %23 = zext <32 x i8> %22 to <32 x i16>
  store <32 x i16> %23, ptr %10, align 64
  %24 = getelementptr inbounds <32 x i16>, ptr %10, i64 1
  %25 = load <32 x i8>, ptr %8, align 32
  %26 = zext <32 x i8> %25 to <32 x i16>
  store <32 x i16> %26, ptr %24, align 64
  store i32 0, ptr %11, align 4
  br label %27
27:                                               ; preds = %53, %2
  %28 = load i32, ptr %11, align 4
  %29 = icmp slt i32 %28, 2
  br i1 %29, label %31, label %30
30:                                               ; preds = %27
  br label %56
31:                                               ; preds = %27
  %32 = load i32, ptr %11, align 4
  %33 = sext i32 %32 to i64
  %34 = getelementptr inbounds [2 x <32 x i16>], ptr %10, i64 0, i64 %33
  %35 = load <32 x i16>, ptr %34, align 64
  %36 = and <32 x i16> %35, splat (i16 15)
  %37 = or <32 x i16> %36, splat (i16 17152)
  %38 = load ptr, ptr %4, align 8
  %39 = load i32, ptr %11, align 4
  %40 = sext i32 %39 to i64
  %41 = getelementptr inbounds <32 x i16>, ptr %38, i64 %40
  store <32 x i16> %37, ptr %41, align 64
  %42 = load i32, ptr %11, align 4
  %43 = sext i32 %42 to i64
  %44 = getelementptr inbounds [2 x <32 x i16>], ptr %10, i64 0, i64 %43
  %45 = load <32 x i16>, ptr %44, align 64
  %46 = lshr <32 x i16> %45, splat (i16 4)
  %47 = or <32 x i16> %46, splat (i16 17152)
  %48 = load ptr, ptr %4, align 8
  %49 = load i32, ptr %11, align 4
  %50 = add nsw i32 2, %49
  %51 = sext i32 %50 to i64
  %52 = getelementptr inbounds <32 x i16>, ptr %48, i64 %51
  store <32 x i16> %47, ptr %52, align 64
  br label %53
53:                                               ; preds = %31
  %54 = load i32, ptr %11, align 4
  %55 = add nsw i32 %54, 1
  store i32 %55, ptr %11, align 4
  br label %27, !llvm.loop !29
56:                                               ; preds = %30
  ret void
}
define internal noundef <32 x i16> @_ZL8pairs_ofDv16_fS_(<16 x float> noundef %0, <16 x float> noundef %1) #6 {
  %3 = alloca <16 x float>, align 64
  %4 = alloca <16 x float>, align 64
  %5 = alloca <32 x i16>, align 64
  %6 = alloca %class.anon.9, align 1
  store <16 x float> %0, ptr %3, align 64
  store <16 x float> %1, ptr %4, align 64
  %7 = load <16 x float>, ptr %4, align 64
  %8 = load <16 x float>, ptr %3, align 64
  %9 = call noundef <32 x i16> @llvm.x86.avx512bf16.cvtne2ps2bf16.512(<16 x float> noundef %7, <16 x float> noundef %8)
  store <32 x i16> %9, ptr %5, align 64
  %10 = load <32 x i16>, ptr %5, align 64
  %11 = load <32 x i16>, ptr %5, align 64
  %12 = call noundef <32 x i16> @_ZL4pickILi32EDv32_tZL8pairs_ofDv16_fS1_EUliE_EDaT0_S3_T1_(<32 x i16> noundef %10, <32 x i16> noundef %11)
  ret <32 x i16> %12
}
declare <16 x float> @llvm.fma.v16f32(<16 x float>, <16 x float>, <16 x float>) #9
define internal noundef <64 x i8> @_ZL4loadIDv64_hET_PKv(ptr noundef %0) #6 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = getelementptr inbounds nuw %struct.Anywhere.8, ptr %3, i32 0, i32 0
  %5 = load <64 x i8>, ptr %4, align 1
  ret <64 x i8> %5
}
define internal noundef <32 x i8> @_ZL4pickILi32EDv64_hZL6unpackPKhPDv32_tEUliE_EDaT0_S6_T1_(<64 x i8> noundef %0, <64 x i8> noundef %1) #6 {
  %3 = alloca %class.anon.4, align 1
  %4 = alloca <64 x i8>, align 64
  %5 = alloca <64 x i8>, align 64
  %6 = alloca %class.anon.4, align 1
  %7 = alloca %struct.Sequence, align 1
  store <64 x i8> %0, ptr %4, align 64
  store <64 x i8> %1, ptr %5, align 64
  %8 = load <64 x i8>, ptr %4, align 64
  %9 = load <64 x i8>, ptr %5, align 64
  %10 = call noundef <32 x i8> @_ZL7pick_ofIDv64_hZL6unpackPKhPDv32_tEUliE_JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15ELi16ELi17ELi18ELi19ELi20ELi21ELi22ELi23ELi24ELi25ELi26ELi27ELi28ELi29ELi30ELi31EEEDaT_S6_T0_8SequenceIiJXspT1_EEE(<64 x i8> noundef %8, <64 x i8> noundef %9)
  ret <32 x i8> %10
}
define internal noundef <32 x i8> @_ZL4pickILi32EDv64_hZL6unpackPKhPDv32_tEUliE0_EDaT0_S6_T1_(<64 x i8> noundef %0, <64 x i8> noundef %1) #6 {
  %3 = alloca %class.anon.6, align 1
  %4 = alloca <64 x i8>, align 64
  %5 = alloca <64 x i8>, align 64
  %6 = alloca %class.anon.6, align 1
  %7 = alloca %struct.Sequence, align 1
  store <64 x i8> %0, ptr %4, align 64
  store <64 x i8> %1, ptr %5, align 64
  %8 = load <64 x i8>, ptr %4, align 64
  %9 = load <64 x i8>, ptr %5, align 64
  %10 = call noundef <32 x i8> @_ZL7pick_ofIDv64_hZL6unpackPKhPDv32_tEUliE0_JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15ELi16ELi17ELi18ELi19ELi20ELi21ELi22ELi23ELi24ELi25ELi26ELi27ELi28ELi29ELi30ELi31EEEDaT_S6_T0_8SequenceIiJXspT1_EEE(<64 x i8> noundef %8, <64 x i8> noundef %9)
  ret <32 x i8> %10
}
define internal noundef <32 x i8> @_ZL7pick_ofIDv64_hZL6unpackPKhPDv32_tEUliE_JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15ELi16ELi17ELi18ELi19ELi20ELi21ELi22ELi23ELi24ELi25ELi26ELi27ELi28ELi29ELi30ELi31EEEDaT_S6_T0_8SequenceIiJXspT1_EEE(<64 x i8> noundef %0, <64 x i8> noundef %1) #6 {
  %3 = alloca %class.anon.4, align 1
  %4 = alloca %struct.Sequence, align 1
  %5 = alloca <64 x i8>, align 64
  %6 = alloca <64 x i8>, align 64
  store <64 x i8> %0, ptr %5, align 64
  store <64 x i8> %1, ptr %6, align 64
  %7 = load <64 x i8>, ptr %5, align 64
  %8 = load <64 x i8>, ptr %6, align 64
  %9 = shufflevector <64 x i8> %7, <64 x i8> %8, <32 x i32> <i32 0, i32 32, i32 1, i32 33, i32 2, i32 34, i32 3, i32 35, i32 4, i32 36, i32 5, i32 37, i32 6, i32 38, i32 7, i32 39, i32 8, i32 40, i32 9, i32 41, i32 10, i32 42, i32 11, i32 43, i32 12, i32 44, i32 13, i32 45, i32 14, i32 46, i32 15, i32 47>
  ret <32 x i8> %9
}
define internal noundef <32 x i8> @_ZL7pick_ofIDv64_hZL6unpackPKhPDv32_tEUliE0_JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15ELi16ELi17ELi18ELi19ELi20ELi21ELi22ELi23ELi24ELi25ELi26ELi27ELi28ELi29ELi30ELi31EEEDaT_S6_T0_8SequenceIiJXspT1_EEE(<64 x i8> noundef %0, <64 x i8> noundef %1) #6 {
  %3 = alloca %class.anon.6, align 1
  %4 = alloca %struct.Sequence, align 1
  %5 = alloca <64 x i8>, align 64
  %6 = alloca <64 x i8>, align 64
  store <64 x i8> %0, ptr %5, align 64
  store <64 x i8> %1, ptr %6, align 64
  %7 = load <64 x i8>, ptr %5, align 64
  %8 = load <64 x i8>, ptr %6, align 64
  %9 = shufflevector <64 x i8> %7, <64 x i8> %8, <32 x i32> <i32 16, i32 48, i32 17, i32 49, i32 18, i32 50, i32 19, i32 51, i32 20, i32 52, i32 21, i32 53, i32 22, i32 54, i32 23, i32 55, i32 24, i32 56, i32 25, i32 57, i32 26, i32 58, i32 27, i32 59, i32 28, i32 60, i32 29, i32 61, i32 30, i32 62, i32 31, i32 63>
  ret <32 x i8> %9
}
declare <32 x i16> @llvm.x86.avx512bf16.cvtne2ps2bf16.512(<16 x float>, <16 x float>)
define internal noundef <32 x i16> @_ZL4pickILi32EDv32_tZL8pairs_ofDv16_fS1_EUliE_EDaT0_S3_T1_(<32 x i16> noundef %0, <32 x i16> noundef %1) #6 {
  %3 = alloca %class.anon.9, align 1
  %4 = alloca <32 x i16>, align 64
  %5 = alloca <32 x i16>, align 64
  %6 = alloca %class.anon.9, align 1
  %7 = alloca %struct.Sequence, align 1
  store <32 x i16> %0, ptr %4, align 64
  store <32 x i16> %1, ptr %5, align 64
  %8 = load <32 x i16>, ptr %4, align 64
  %9 = load <32 x i16>, ptr %5, align 64
  %10 = call noundef <32 x i16> @_ZL7pick_ofIDv32_tZL8pairs_ofDv16_fS1_EUliE_JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15ELi16ELi17ELi18ELi19ELi20ELi21ELi22ELi23ELi24ELi25ELi26ELi27ELi28ELi29ELi30ELi31EEEDaT_S3_T0_8SequenceIiJXspT1_EEE(<32 x i16> noundef %8, <32 x i16> noundef %9)
  ret <32 x i16> %10
}
define internal noundef <32 x i16> @_ZL7pick_ofIDv32_tZL8pairs_ofDv16_fS1_EUliE_JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15ELi16ELi17ELi18ELi19ELi20ELi21ELi22ELi23ELi24ELi25ELi26ELi27ELi28ELi29ELi30ELi31EEEDaT_S3_T0_8SequenceIiJXspT1_EEE(<32 x i16> noundef %0, <32 x i16> noundef %1) #6 {
  %3 = alloca %class.anon.9, align 1
  %4 = alloca %struct.Sequence, align 1
  %5 = alloca <32 x i16>, align 64
  %6 = alloca <32 x i16>, align 64
  store <32 x i16> %0, ptr %5, align 64
  store <32 x i16> %1, ptr %6, align 64
  %7 = load <32 x i16>, ptr %5, align 64
  %8 = load <32 x i16>, ptr %6, align 64
  %9 = shufflevector <32 x i16> %7, <32 x i16> %8, <32 x i32> <i32 0, i32 16, i32 1, i32 17, i32 2, i32 18, i32 3, i32 19, i32 4, i32 20, i32 5, i32 21, i32 6, i32 22, i32 7, i32 23, i32 8, i32 24, i32 9, i32 25, i32 10, i32 26, i32 11, i32 27, i32 12, i32 28, i32 13, i32 29, i32 14, i32 30, i32 15, i32 31>
  ret <32 x i16> %9
}
declare void @llvm.x86.tilezero(i8 immarg) #4
declare void @llvm.x86.tileloadd64(i8 immarg, ptr, i64) #4
declare void @llvm.x86.tileloaddt164(i8 immarg, ptr, i64) #4
declare void @llvm.x86.tdpbf16ps(i8 immarg, i8 immarg, i8 immarg) #4
declare void @llvm.x86.tilestored64(i8 immarg, ptr, i64) #4
define linkonce_odr noundef <16 x float> @_ZN4Int46scaledEPK7ProductlDv16_f(ptr noundef %0, i64 noundef %1, <16 x float> noundef %2) #10 comdat align 2 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca <16 x float>, align 64
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store <16 x float> %2, ptr %6, align 64
  %7 = load <16 x float>, ptr %6, align 64
  ret <16 x float> %7
}
define internal noundef <16 x float> @_ZL4wideILi16EEDvmlLm4ET__fPKt(ptr noundef %0) #6 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = call noundef <16 x i16> @_ZL4loadIDv16_tET_PKv(ptr noundef %3)
  %5 = zext <16 x i16> %4 to <16 x i32>
  %6 = shl <16 x i32> %5, splat (i32 16)
  %7 = bitcast <16 x i32> %6 to <16 x float>
  ret <16 x float> %7
}
define internal noundef <16 x float> @_ZL4geluDv16_f(<16 x float> noundef %0) #6 {
  %2 = alloca <16 x float>, align 64
  %3 = alloca double, align 8
  %4 = alloca double, align 8
  store <16 x float> %0, ptr %2, align 64
  store double 0x3FF9884533D43651, ptr %3, align 8
  store double 4.471500e-02, ptr %4, align 8
  %5 = load <16 x float>, ptr %2, align 64
  %6 = load <16 x float>, ptr %2, align 64
  %7 = load <16 x float>, ptr %2, align 64
  %8 = load <16 x float>, ptr %2, align 64
  %9 = fmul <16 x float> %7, %8
  %10 = call noundef <16 x float> @_ZL3allf(float noundef 0xBFB2444F20000000)
  %11 = call noundef <16 x float> @_ZL3allf(float noundef 0xBFF9884540000000)
  %12 = call noundef <16 x float> @_ZL3fmaIDv16_fET_S1_S1_S1_(<16 x float> noundef %9, <16 x float> noundef %10, <16 x float> noundef %11)
  %13 = fmul <16 x float> %6, %12
  %14 = call noundef <16 x float> @_ZL3expDv16_f(<16 x float> noundef %13)
  %15 = fadd <16 x float> %14, splat (float 1.000000e+00)
  %16 = fdiv <16 x float> %5, %15
  ret <16 x float> %16
}
define internal void @_ZL8round_toIDv16_fEvPtT_(ptr noundef %0, <16 x float> noundef %1) #6 {
  %3 = alloca ptr, align 8
  %4 = alloca <16 x float>, align 64
  %5 = alloca i32, align 4
  store ptr %0, ptr %3, align 8
  store <16 x float> %1, ptr %4, align 64
  store i32 16, ptr %5, align 4
  %6 = load ptr, ptr %3, align 8
  %7 = load <16 x float>, ptr %4, align 64
  %8 = fptrunc <16 x float> %7 to <16 x bfloat>
  call void @_ZL3putIDv16_DF16bEvPvT_(ptr noundef %6, <16 x bfloat> noundef %8)
  ret void
}
define internal noundef <16 x float> @_ZL3expDv16_f(<16 x float> noundef %0) #6 {
  %2 = alloca <16 x float>, align 64
  %3 = alloca double, align 8
  %4 = alloca double, align 8
  %5 = alloca <16 x float>, align 64
  %6 = alloca <16 x float>, align 64
  %7 = alloca [7 x double], align 16
  %8 = alloca ptr, align 8
  %9 = alloca ptr, align 8
  %10 = alloca ptr, align 8
  %11 = alloca double, align 8
  store <16 x float> %0, ptr %2, align 64
  store double 0x3FE62E42FEFA39EF, ptr %3, align 8
  store double 0x3FE62E0000000000, ptr %4, align 8
  %12 = load <16 x float>, ptr %2, align 64
  %13 = fcmp olt <16 x float> %12, splat (float -8.700000e+01)
  %14 = sext <16 x i1> %13 to <16 x i32>
  %15 = call noundef <16 x float> @_ZL3allf(float noundef -8.700000e+01)
  %16 = load <16 x float>, ptr %2, align 64
  %17 = icmp ne <16 x i32> %14, zeroinitializer
  %18 = select <16 x i1> %17, <16 x float> %15, <16 x float> %16
  store <16 x float> %18, ptr %2, align 64
  %19 = load <16 x float>, ptr %2, align 64
  %20 = fcmp ogt <16 x float> %19, splat (float 8.800000e+01)
  %21 = sext <16 x i1> %20 to <16 x i32>
  %22 = call noundef <16 x float> @_ZL3allf(float noundef 8.800000e+01)
  %23 = load <16 x float>, ptr %2, align 64
  %24 = icmp ne <16 x i32> %21, zeroinitializer
  %25 = select <16 x i1> %24, <16 x float> %22, <16 x float> %23
  store <16 x float> %25, ptr %2, align 64
  %26 = load <16 x float>, ptr %2, align 64
  %27 = fmul <16 x float> %26, splat (float 0x3FF7154760000000)
  %28 = call <16 x float> @llvm.rint.v16f32(<16 x float> %27)
  store <16 x float> %28, ptr %5, align 64
  %29 = load <16 x float>, ptr %5, align 64
  %30 = call noundef <16 x float> @_ZL3allf(float noundef 0xBF00BFBE80000000)
  %31 = load <16 x float>, ptr %5, align 64
  %32 = call noundef <16 x float> @_ZL3allf(float noundef 0xBFE62E0000000000)
  %33 = load <16 x float>, ptr %2, align 64
  %34 = call noundef <16 x float> @_ZL3fmaIDv16_fET_S1_S1_S1_(<16 x float> noundef %31, <16 x float> noundef %32, <16 x float> noundef %33)
  %35 = call noundef <16 x float> @_ZL3fmaIDv16_fET_S1_S1_S1_(<16 x float> noundef %29, <16 x float> noundef %30, <16 x float> noundef %34)
  store <16 x float> %35, ptr %2, align 64
  %36 = call noundef <16 x float> @_ZL3allf(float noundef 0x3F2A01A020000000)
  store <16 x float> %36, ptr %6, align 64
  call void @llvm.memcpy.p0.p0.i64(ptr align 16 %7, ptr align 16 @__const._ZL3expDv16_f.terms, i64 56, i1 false)
  store ptr %7, ptr %8, align 8
  %37 = load ptr, ptr %8, align 8, !nonnull !11, !align !12
  %38 = getelementptr inbounds [7 x double], ptr %37, i64 0, i64 0
  store ptr %38, ptr %9, align 8
  %39 = load ptr, ptr %8, align 8, !nonnull !11, !align !12
  %40 = getelementptr inbounds [7 x double], ptr %39, i64 0, i64 0
  %41 = getelementptr inbounds double, ptr %40, i64 7
  store ptr %41, ptr %10, align 8
  br label %42
42:                                               ; preds = %56, %1
  %43 = load ptr, ptr %9, align 8
  %44 = load ptr, ptr %10, align 8
  %45 = icmp ne ptr %43, %44
  br i1 %45, label %47, label %46
46:                                               ; preds = %42
  br label %59
47:                                               ; preds = %42
  %48 = load ptr, ptr %9, align 8
  %49 = load double, ptr %48, align 8
  store double %49, ptr %11, align 8
  %50 = load <16 x float>, ptr %6, align 64
  %51 = load <16 x float>, ptr %2, align 64
  %52 = load double, ptr %11, align 8
  %53 = fptrunc double %52 to float
  %54 = call noundef <16 x float> @_ZL3allf(float noundef %53)
  %55 = call noundef <16 x float> @_ZL3fmaIDv16_fET_S1_S1_S1_(<16 x float> noundef %50, <16 x float> noundef %51, <16 x float> noundef %54)
  store <16 x float> %55, ptr %6, align 64
  br label %56
56:                                               ; preds = %47
  %57 = load ptr, ptr %9, align 8
  %58 = getelementptr inbounds nuw double, ptr %57, i32 1
  store ptr %58, ptr %9, align 8
  br label %42, !llvm.loop !30
59:                                               ; preds = %46
  %60 = load <16 x float>, ptr %5, align 64
  %61 = load <16 x float>, ptr %5, align 64
  %62 = fcmp une <16 x float> %60, %61
  %63 = sext <16 x i1> %62 to <16 x i32>
  %64 = load <16 x float>, ptr %5, align 64
  %65 = icmp ne <16 x i32> %63, zeroinitializer
  %66 = select <16 x i1> %65, <16 x float> zeroinitializer, <16 x float> %64
  store <16 x float> %66, ptr %5, align 64
  %67 = load <16 x float>, ptr %6, align 64
  %68 = load <16 x float>, ptr %5, align 64
  %69 = fptosi <16 x float> %68 to <16 x i32>
  %70 = add <16 x i32> %69, splat (i32 127)
  %71 = shl <16 x i32> %70, splat (i32 23)
  %72 = bitcast <16 x i32> %71 to <16 x float>
  %73 = fmul <16 x float> %67, %72
  ret <16 x float> %73
}
declare <16 x float> @llvm.rint.v16f32(<16 x float>) #9
declare void @llvm.memcpy.p0.p0.i64(ptr noalias writeonly captures(none), ptr noalias readonly captures(none), i64, i1 immarg) #11
define internal void @_ZL3putIDv16_DF16bEvPvT_(ptr noundef %0, <16 x bfloat> noundef %1) #7 {
  %3 = alloca ptr, align 8
  %4 = alloca <16 x bfloat>, align 32
  store ptr %0, ptr %3, align 8
  store <16 x bfloat> %1, ptr %4, align 32
  %5 = load <16 x bfloat>, ptr %4, align 32
  %6 = load ptr, ptr %3, align 8
  %7 = getelementptr inbounds nuw %struct.Anywhere.11, ptr %6, i32 0, i32 0
  store <16 x bfloat> %5, ptr %7, align 1
  ret void
}
define internal void @_ZL5shareIZL8multiplyI4Int8EvP7ProductEUllE_EvlT_(i64 noundef %0, ptr %1) #2 {
  %3 = alloca %class.anon.12, align 8
  %4 = alloca i64, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  %8 = alloca i64, align 8
  %9 = getelementptr inbounds nuw %class.anon.12, ptr %3, i32 0, i32 0
  store ptr %1, ptr %9, align 8
  store i64 %0, ptr %4, align 8
  %10 = call i32 @omp_get_thread_num()
  %11 = sext i32 %10 to i64
  store i64 %11, ptr %5, align 8
  %12 = call i32 @omp_get_num_threads()
  %13 = sext i32 %12 to i64
  store i64 %13, ptr %6, align 8
  %14 = load i64, ptr %4, align 8
  %15 = load i64, ptr %5, align 8
  %16 = add nsw i64 %15, 1
  %17 = mul nsw i64 %14, %16
  %18 = load i64, ptr %6, align 8
  %19 = sdiv i64 %17, %18
  store i64 %19, ptr %7, align 8
  %20 = load i64, ptr %4, align 8
  %21 = load i64, ptr %5, align 8
  %22 = mul nsw i64 %20, %21
  %23 = load i64, ptr %6, align 8
  %24 = sdiv i64 %22, %23
  store i64 %24, ptr %8, align 8
  br label %25
25:                                               ; preds = %32, %2
  %26 = load i64, ptr %8, align 8
  %27 = load i64, ptr %7, align 8
  %28 = icmp slt i64 %26, %27
  br i1 %28, label %30, label %29
29:                                               ; preds = %25
  br label %35
30:                                               ; preds = %25
  %31 = load i64, ptr %8, align 8
  call void @_ZZL8multiplyI4Int8EvP7ProductENKUllE_clEl(ptr noundef nonnull align 8 dereferenceable(8) %3, i64 noundef %31)
  br label %32
32:                                               ; preds = %30
  %33 = load i64, ptr %8, align 8
  %34 = add nsw i64 %33, 1
  store i64 %34, ptr %8, align 8
  br label %25, !llvm.loop !31
35:                                               ; preds = %29
  ret void
}
define internal void @_ZL10take_tilesIZL8multiplyI4Int8EvP7ProductEUllE0_EvS3_lT_(ptr noundef %0, i64 noundef %1, ptr noundef byval(%class.anon.13) align 8 %2) #2 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  %8 = alloca i64, align 8
  %9 = alloca i64, align 8
  %10 = alloca i64, align 8
  %11 = alloca i64, align 8
  %12 = alloca ptr, align 8
  %13 = alloca i64, align 8
  %14 = alloca i64, align 8
  %15 = alloca i64, align 8
  %16 = alloca i64, align 8
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  %17 = call i32 @omp_get_num_threads()
  %18 = sext i32 %17 to i64
  %19 = call noundef i64 @_ZL5leastll(i64 noundef %18, i64 noundef 64)
  store i64 %19, ptr %6, align 8
  %20 = call i32 @omp_get_thread_num()
  %21 = sext i32 %20 to i64
  store i64 %21, ptr %7, align 8
  %22 = load i64, ptr %7, align 8
  %23 = load i64, ptr %6, align 8
  %24 = icmp slt i64 %22, %23
  br i1 %24, label %25, label %30
25:                                               ; preds = %3
  %26 = load ptr, ptr %4, align 8
  %27 = getelementptr inbounds nuw %struct.Product, ptr %26, i32 0, i32 13
  %28 = load i64, ptr %7, align 8
  %29 = getelementptr inbounds [64 x i64], ptr %27, i64 0, i64 %28
  store i64 0, ptr %29, align 8
  br label %30
30:                                               ; preds = %25, %3
  call void @GOMP_barrier()
  store i64 0, ptr %8, align 8
  br label %31
31:                                               ; preds = %79, %30
  %32 = load i64, ptr %8, align 8
  %33 = load i64, ptr %6, align 8
  %34 = icmp slt i64 %32, %33
  br i1 %34, label %36, label %35
35:                                               ; preds = %31
  br label %82
36:                                               ; preds = %31
  %37 = load i64, ptr %7, align 8
  %38 = load i64, ptr %8, align 8
  %39 = add nsw i64 %37, %38
  %40 = load i64, ptr %6, align 8
  %41 = srem i64 %39, %40
  store i64 %41, ptr %9, align 8
  %42 = load i64, ptr %5, align 8
  %43 = load i64, ptr %9, align 8
  %44 = mul nsw i64 %42, %43
  %45 = load i64, ptr %6, align 8
  %46 = sdiv i64 %44, %45
  store i64 %46, ptr %10, align 8
  %47 = load i64, ptr %5, align 8
  %48 = load i64, ptr %9, align 8
  %49 = add nsw i64 %48, 1
  %50 = mul nsw i64 %47, %49
  %51 = load i64, ptr %6, align 8
  %52 = sdiv i64 %50, %51
  store i64 %52, ptr %11, align 8
  %53 = load ptr, ptr %4, align 8
  %54 = getelementptr inbounds nuw %struct.Product, ptr %53, i32 0, i32 13
  %55 = getelementptr inbounds [64 x i64], ptr %54, i64 0, i64 0
  %56 = load i64, ptr %9, align 8
  %57 = getelementptr inbounds i64, ptr %55, i64 %56
  store ptr %57, ptr %12, align 8
  br label %58
58:                                               ; preds = %77, %36
  %59 = load ptr, ptr %12, align 8
  %60 = load atomic i64, ptr %59 monotonic, align 8
  store i64 %60, ptr %14, align 8
  %61 = load i64, ptr %14, align 8
  %62 = load i64, ptr %11, align 8
  %63 = load i64, ptr %10, align 8
  %64 = sub nsw i64 %62, %63
  %65 = icmp slt i64 %61, %64
  br i1 %65, label %66, label %78
66:                                               ; preds = %58
  %67 = load i64, ptr %10, align 8
  %68 = load ptr, ptr %12, align 8
  store i64 1, ptr %15, align 8
  %69 = load i64, ptr %15, align 8
  %70 = atomicrmw add ptr %68, i64 %69 monotonic, align 8
  store i64 %70, ptr %16, align 8
  %71 = load i64, ptr %16, align 8
  %72 = add nsw i64 %67, %71
  store i64 %72, ptr %13, align 8
  %73 = load i64, ptr %11, align 8
  %74 = icmp slt i64 %72, %73
  br i1 %74, label %75, label %77
75:                                               ; preds = %66
  %76 = load i64, ptr %13, align 8
  call void @_ZZL8multiplyI4Int8EvP7ProductENKUllE0_clEl(ptr noundef nonnull align 8 dereferenceable(24) %2, i64 noundef %76)
  br label %77
77:                                               ; preds = %75, %66
  br label %58, !llvm.loop !32
78:                                               ; preds = %58
  br label %79
79:                                               ; preds = %78
  %80 = load i64, ptr %8, align 8
  %81 = add nsw i64 %80, 1
  store i64 %81, ptr %8, align 8
  br label %31, !llvm.loop !33
82:                                               ; preds = %35
  ret void
}
define internal void @_ZZL8multiplyI4Int8EvP7ProductENKUllE_clEl(ptr noundef nonnull align 8 dereferenceable(8) %0, i64 noundef %1) #5 align 2 {
  %3 = alloca ptr, align 8
  %4 = alloca i64, align 8
  store ptr %0, ptr %3, align 8
  store i64 %1, ptr %4, align 8
  %5 = load ptr, ptr %3, align 8
  %6 = getelementptr inbounds nuw %class.anon.12, ptr %5, i32 0, i32 0
  %7 = load ptr, ptr %6, align 8, !nonnull !11, !align !12
  %8 = load i64, ptr %4, align 8
  call void @_ZL7lay_outRK4Manyl(ptr noundef nonnull align 8 dereferenceable(64) %7, i64 noundef %8)
  ret void
}
define internal void @_ZZL8multiplyI4Int8EvP7ProductENKUllE0_clEl(ptr noundef nonnull align 8 dereferenceable(24) %0, i64 noundef %1) #5 align 2 {
  %3 = alloca ptr, align 8
  %4 = alloca i64, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  store ptr %0, ptr %3, align 8
  store i64 %1, ptr %4, align 8
  %7 = load ptr, ptr %3, align 8
  %8 = load i64, ptr %4, align 8
  %9 = getelementptr inbounds nuw %class.anon.13, ptr %7, i32 0, i32 0
  %10 = load ptr, ptr %9, align 8, !nonnull !11, !align !12
  %11 = load i64, ptr %10, align 8
  %12 = mul nsw i64 %8, %11
  %13 = getelementptr inbounds nuw %class.anon.13, ptr %7, i32 0, i32 1
  %14 = load ptr, ptr %13, align 8, !nonnull !11, !align !12
  %15 = load ptr, ptr %14, align 8
  %16 = getelementptr inbounds nuw %struct.Product, ptr %15, i32 0, i32 9
  %17 = load i64, ptr %16, align 8
  %18 = getelementptr inbounds nuw %class.anon.13, ptr %7, i32 0, i32 0
  %19 = load ptr, ptr %18, align 8, !nonnull !11, !align !12
  %20 = load i64, ptr %19, align 8
  %21 = sub nsw i64 %17, %20
  %22 = call noundef i64 @_ZL5leastll(i64 noundef %12, i64 noundef %21)
  store i64 %22, ptr %5, align 8
  store i64 0, ptr %6, align 8
  br label %23
23:                                               ; preds = %46, %2
  %24 = load i64, ptr %6, align 8
  %25 = getelementptr inbounds nuw %class.anon.13, ptr %7, i32 0, i32 2
  %26 = load ptr, ptr %25, align 8, !nonnull !11, !align !12
  %27 = getelementptr inbounds nuw %struct.Many, ptr %26, i32 0, i32 3
  %28 = load i64, ptr %27, align 8
  %29 = icmp slt i64 %24, %28
  br i1 %29, label %31, label %30
30:                                               ; preds = %23
  br label %49
31:                                               ; preds = %23
  %32 = getelementptr inbounds nuw %class.anon.13, ptr %7, i32 0, i32 2
  %33 = load ptr, ptr %32, align 8, !nonnull !11, !align !12
  %34 = load i64, ptr %5, align 8
  %35 = getelementptr inbounds nuw %class.anon.13, ptr %7, i32 0, i32 0
  %36 = load ptr, ptr %35, align 8, !nonnull !11, !align !12
  %37 = load i64, ptr %36, align 8
  %38 = load i64, ptr %6, align 8
  %39 = getelementptr inbounds nuw %class.anon.13, ptr %7, i32 0, i32 2
  %40 = load ptr, ptr %39, align 8, !nonnull !11, !align !12
  %41 = getelementptr inbounds nuw %struct.Many, ptr %40, i32 0, i32 3
  %42 = load i64, ptr %41, align 8
  %43 = load i64, ptr %6, align 8
  %44 = sub nsw i64 %42, %43
  %45 = call noundef i64 @_ZL5leastll(i64 noundef 20, i64 noundef %44)
  call void @_ZL8add_partI4Int8EvRK4Manyllll(ptr noundef nonnull align 8 dereferenceable(64) %33, i64 noundef %34, i64 noundef %37, i64 noundef %38, i64 noundef %45)
  br label %46
46:                                               ; preds = %31
  %47 = load i64, ptr %6, align 8
  %48 = add nsw i64 %47, 20
  store i64 %48, ptr %6, align 8
  br label %23, !llvm.loop !34
49:                                               ; preds = %30
  %50 = getelementptr inbounds nuw %class.anon.13, ptr %7, i32 0, i32 2
  %51 = load ptr, ptr %50, align 8, !nonnull !11, !align !12
  %52 = load i64, ptr %5, align 8
  %53 = getelementptr inbounds nuw %class.anon.13, ptr %7, i32 0, i32 0
  %54 = load ptr, ptr %53, align 8, !nonnull !11, !align !12
  %55 = load i64, ptr %54, align 8
  call void @_ZL5writeI4Int8EvRK4Manyll(ptr noundef nonnull align 8 dereferenceable(64) %51, i64 noundef %52, i64 noundef %55)
  ret void
}
define internal void @_ZL8add_partI4Int8EvRK4Manyllll(ptr noundef nonnull align 8 dereferenceable(64) %0, i64 noundef %1, i64 noundef %2, i64 noundef %3, i64 noundef %4) #2 {
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  %8 = alloca i64, align 8
  %9 = alloca i64, align 8
  %10 = alloca i64, align 8
  %11 = alloca i64, align 8
  %12 = alloca i64, align 8
  %13 = alloca i32, align 4
  %14 = alloca i64, align 8
  %15 = alloca ptr, align 8
  %16 = alloca ptr, align 8
  store ptr %0, ptr %6, align 8
  store i64 %1, ptr %7, align 8
  store i64 %2, ptr %8, align 8
  store i64 %3, ptr %9, align 8
  store i64 %4, ptr %10, align 8
  store i64 0, ptr %11, align 8
  br label %17
17:                                               ; preds = %36, %5
  %18 = load i64, ptr %11, align 8
  %19 = load i64, ptr %8, align 8
  %20 = icmp slt i64 %18, %19
  br i1 %20, label %22, label %21
21:                                               ; preds = %17
  br label %39
22:                                               ; preds = %17
  %23 = load ptr, ptr %6, align 8, !nonnull !11, !align !12
  %24 = getelementptr inbounds nuw %struct.Many, ptr %23, i32 0, i32 0
  %25 = load ptr, ptr %24, align 8
  %26 = load i64, ptr %7, align 8
  %27 = load i64, ptr %11, align 8
  %28 = add nsw i64 %26, %27
  %29 = load i64, ptr %9, align 8
  %30 = mul nsw i64 %29, 32
  %31 = load i64, ptr %10, align 8
  %32 = load ptr, ptr %6, align 8, !nonnull !11, !align !12
  %33 = load i64, ptr %11, align 8
  %34 = sdiv i64 %33, 64
  %35 = call noundef ptr @_ZNK4Many10weights_ofEl(ptr noundef nonnull align 8 dereferenceable(64) %32, i64 noundef %34)
  call void @_ZN4Int87convertEPK7ProductlllPA16_Dv32_t(ptr noundef %25, i64 noundef %28, i64 noundef %30, i64 noundef %31, ptr noundef %35)
  br label %36
36:                                               ; preds = %22
  %37 = load i64, ptr %11, align 8
  %38 = add nsw i64 %37, 64
  store i64 %38, ptr %11, align 8
  br label %17, !llvm.loop !35
39:                                               ; preds = %21
  store i64 0, ptr %12, align 8
  br label %40
40:                                               ; preds = %93, %39
  %41 = load i64, ptr %12, align 8
  %42 = load ptr, ptr %6, align 8, !nonnull !11, !align !12
  %43 = getelementptr inbounds nuw %struct.Many, ptr %42, i32 0, i32 1
  %44 = load i64, ptr %43, align 8
  %45 = sdiv i64 %44, 2
  %46 = icmp slt i64 %41, %45
  br i1 %46, label %48, label %47
47:                                               ; preds = %40
  store i32 5, ptr %13, align 4
  br label %96
48:                                               ; preds = %40
  store i64 0, ptr %14, align 8
  br label %49
49:                                               ; preds = %89, %48
  %50 = load i64, ptr %14, align 8
  %51 = load i64, ptr %8, align 8
  %52 = sdiv i64 %51, 32
  %53 = icmp slt i64 %50, %52
  br i1 %53, label %55, label %54
54:                                               ; preds = %49
  store i32 8, ptr %13, align 4
  br label %92
55:                                               ; preds = %49
  %56 = load ptr, ptr %6, align 8, !nonnull !11, !align !12
  %57 = getelementptr inbounds nuw %struct.Many, ptr %56, i32 0, i32 5
  %58 = load ptr, ptr %57, align 8
  %59 = load i64, ptr %12, align 8
  %60 = mul nsw i64 2, %59
  %61 = load ptr, ptr %6, align 8, !nonnull !11, !align !12
  %62 = getelementptr inbounds nuw %struct.Many, ptr %61, i32 0, i32 3
  %63 = load i64, ptr %62, align 8
  %64 = mul nsw i64 %60, %63
  %65 = getelementptr inbounds [16 x <32 x i16>], ptr %58, i64 %64
  %66 = load i64, ptr %9, align 8
  %67 = getelementptr inbounds [16 x <32 x i16>], ptr %65, i64 %66
  store ptr %67, ptr %15, align 8
  %68 = load ptr, ptr %6, align 8, !nonnull !11, !align !12
  %69 = load i64, ptr %14, align 8
  %70 = sdiv i64 %69, 2
  %71 = call noundef ptr @_ZNK4Many10weights_ofEl(ptr noundef nonnull align 8 dereferenceable(64) %68, i64 noundef %70)
  %72 = load i64, ptr %14, align 8
  %73 = srem i64 %72, 2
  %74 = mul nsw i64 %73, 2
  %75 = getelementptr inbounds [16 x <32 x i16>], ptr %71, i64 %74
  store ptr %75, ptr %16, align 8
  %76 = load ptr, ptr %15, align 8
  %77 = load ptr, ptr %6, align 8, !nonnull !11, !align !12
  %78 = getelementptr inbounds nuw %struct.Many, ptr %77, i32 0, i32 3
  %79 = load i64, ptr %78, align 8
  %80 = load ptr, ptr %16, align 8
  %81 = load i64, ptr %10, align 8
  %82 = load i64, ptr %9, align 8
  %83 = icmp ne i64 %82, 0
  %84 = xor i1 %83, true
  %85 = load ptr, ptr %6, align 8, !nonnull !11, !align !12
  %86 = load i64, ptr %12, align 8
  %87 = load i64, ptr %14, align 8
  %88 = call noundef nonnull align 64 dereferenceable(4096) ptr @_ZNK4Many7sums_ofEll(ptr noundef nonnull align 8 dereferenceable(64) %85, i64 noundef %86, i64 noundef %87)
  call void @_ZL8multiplyPA16_KDv32_tlS2_lbRA4_A16_Dv16_f(ptr noundef %76, i64 noundef %79, ptr noundef %80, i64 noundef %81, i1 noundef zeroext %84, ptr noundef nonnull align 64 dereferenceable(4096) %88)
  br label %89
89:                                               ; preds = %55
  %90 = load i64, ptr %14, align 8
  %91 = add nsw i64 %90, 1
  store i64 %91, ptr %14, align 8
  br label %49, !llvm.loop !36
92:                                               ; preds = %54
  br label %93
93:                                               ; preds = %92
  %94 = load i64, ptr %12, align 8
  %95 = add nsw i64 %94, 1
  store i64 %95, ptr %12, align 8
  br label %40, !llvm.loop !37
96:                                               ; preds = %47
  ret void
}
define internal void @_ZL5writeI4Int8EvRK4Manyll(ptr noundef nonnull align 8 dereferenceable(64) %0, i64 noundef %1, i64 noundef %2) #6 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  %8 = alloca i32, align 4
  %9 = alloca i64, align 8
  %10 = alloca i64, align 8
  %11 = alloca i64, align 8
  %12 = alloca i64, align 8
  %13 = alloca <16 x float>, align 64
  %14 = alloca <16 x float>, align 64
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store i64 %2, ptr %6, align 8
  store i64 0, ptr %7, align 8
  br label %15
15:                                               ; preds = %132, %3
  %16 = load i64, ptr %7, align 8
  %17 = load ptr, ptr %4, align 8, !nonnull !11, !align !12
  %18 = getelementptr inbounds nuw %struct.Many, ptr %17, i32 0, i32 0
  %19 = load ptr, ptr %18, align 8
  %20 = getelementptr inbounds nuw %struct.Product, ptr %19, i32 0, i32 7
  %21 = load i64, ptr %20, align 8
  %22 = icmp slt i64 %16, %21
  br i1 %22, label %24, label %23
23:                                               ; preds = %15
  store i32 2, ptr %8, align 4
  br label %135
24:                                               ; preds = %15
  store i64 0, ptr %9, align 8
  br label %25
25:                                               ; preds = %128, %24
  %26 = load i64, ptr %9, align 8
  %27 = load i64, ptr %6, align 8
  %28 = icmp slt i64 %26, %27
  br i1 %28, label %30, label %29
29:                                               ; preds = %25
  store i32 5, ptr %8, align 4
  br label %131
30:                                               ; preds = %25
  %31 = load i64, ptr %7, align 8
  %32 = load ptr, ptr %4, align 8, !nonnull !11, !align !12
  %33 = getelementptr inbounds nuw %struct.Many, ptr %32, i32 0, i32 2
  %34 = load i64, ptr %33, align 8
  %35 = sdiv i64 %31, %34
  store i64 %35, ptr %10, align 8
  %36 = load i64, ptr %10, align 8
  %37 = srem i64 %36, 2
  %38 = mul nsw i64 %37, 2
  %39 = load i64, ptr %9, align 8
  %40 = sdiv i64 %39, 16
  %41 = srem i64 %40, 2
  %42 = add nsw i64 %38, %41
  store i64 %42, ptr %11, align 8
  %43 = load i64, ptr %5, align 8
  %44 = load i64, ptr %9, align 8
  %45 = add nsw i64 %43, %44
  store i64 %45, ptr %12, align 8
  %46 = load ptr, ptr %4, align 8, !nonnull !11, !align !12
  %47 = load i64, ptr %10, align 8
  %48 = sdiv i64 %47, 2
  %49 = load i64, ptr %9, align 8
  %50 = sdiv i64 %49, 32
  %51 = call noundef nonnull align 64 dereferenceable(4096) ptr @_ZNK4Many7sums_ofEll(ptr noundef nonnull align 8 dereferenceable(64) %46, i64 noundef %48, i64 noundef %50)
  %52 = load i64, ptr %11, align 8
  %53 = getelementptr inbounds [4 x [16 x <16 x float>]], ptr %51, i64 0, i64 %52
  %54 = load i64, ptr %7, align 8
  %55 = load ptr, ptr %4, align 8, !nonnull !11, !align !12
  %56 = getelementptr inbounds nuw %struct.Many, ptr %55, i32 0, i32 2
  %57 = load i64, ptr %56, align 8
  %58 = srem i64 %54, %57
  %59 = getelementptr inbounds [16 x <16 x float>], ptr %53, i64 0, i64 %58
  %60 = load <16 x float>, ptr %59, align 64
  store <16 x float> %60, ptr %13, align 64
  %61 = load ptr, ptr %4, align 8, !nonnull !11, !align !12
  %62 = getelementptr inbounds nuw %struct.Many, ptr %61, i32 0, i32 0
  %63 = load ptr, ptr %62, align 8
  %64 = load i64, ptr %12, align 8
  %65 = load <16 x float>, ptr %13, align 64
  %66 = call noundef <16 x float> @_ZN4Int86scaledEPK7ProductlDv16_f(ptr noundef %63, i64 noundef %64, <16 x float> noundef %65)
  %67 = load ptr, ptr %4, align 8, !nonnull !11, !align !12
  %68 = getelementptr inbounds nuw %struct.Many, ptr %67, i32 0, i32 0
  %69 = load ptr, ptr %68, align 8
  %70 = getelementptr inbounds nuw %struct.Product, ptr %69, i32 0, i32 2
  %71 = load ptr, ptr %70, align 8
  %72 = load i64, ptr %12, align 8
  %73 = getelementptr inbounds i16, ptr %71, i64 %72
  %74 = call noundef <16 x float> @_ZL4wideILi16EEDvmlLm4ET__fPKt(ptr noundef %73)
  %75 = fadd <16 x float> %66, %74
  store <16 x float> %75, ptr %14, align 64
  %76 = load ptr, ptr %4, align 8, !nonnull !11, !align !12
  %77 = getelementptr inbounds nuw %struct.Many, ptr %76, i32 0, i32 0
  %78 = load ptr, ptr %77, align 8
  %79 = getelementptr inbounds nuw %struct.Product, ptr %78, i32 0, i32 12
  %80 = load i64, ptr %79, align 8
  %81 = icmp ne i64 %80, 0
  br i1 %81, label %82, label %85
82:                                               ; preds = %30
  %83 = load <16 x float>, ptr %14, align 64
  %84 = call noundef <16 x float> @_ZL4geluDv16_f(<16 x float> noundef %83)
  store <16 x float> %84, ptr %14, align 64
  br label %85
85:                                               ; preds = %82, %30
  %86 = load ptr, ptr %4, align 8, !nonnull !11, !align !12
  %87 = getelementptr inbounds nuw %struct.Many, ptr %86, i32 0, i32 0
  %88 = load ptr, ptr %87, align 8
  %89 = getelementptr inbounds nuw %struct.Product, ptr %88, i32 0, i32 6
  %90 = load ptr, ptr %89, align 8
  %91 = icmp ne ptr %90, null
  br i1 %91, label %92, label %111
92:                                               ; preds = %85
  %93 = load ptr, ptr %4, align 8, !nonnull !11, !align !12
  %94 = getelementptr inbounds nuw %struct.Many, ptr %93, i32 0, i32 0
  %95 = load ptr, ptr %94, align 8
  %96 = getelementptr inbounds nuw %struct.Product, ptr %95, i32 0, i32 6
  %97 = load ptr, ptr %96, align 8
  %98 = load i64, ptr %7, align 8
  %99 = load ptr, ptr %4, align 8, !nonnull !11, !align !12
  %100 = getelementptr inbounds nuw %struct.Many, ptr %99, i32 0, i32 0
  %101 = load ptr, ptr %100, align 8
  %102 = getelementptr inbounds nuw %struct.Product, ptr %101, i32 0, i32 9
  %103 = load i64, ptr %102, align 8
  %104 = mul nsw i64 %98, %103
  %105 = getelementptr inbounds i16, ptr %97, i64 %104
  %106 = load i64, ptr %12, align 8
  %107 = getelementptr inbounds i16, ptr %105, i64 %106
  %108 = call noundef <16 x float> @_ZL4wideILi16EEDvmlLm4ET__fPKt(ptr noundef %107)
  %109 = load <16 x float>, ptr %14, align 64
  %110 = fadd <16 x float> %109, %108
  store <16 x float> %110, ptr %14, align 64
  br label %111
111:                                              ; preds = %92, %85
  %112 = load ptr, ptr %4, align 8, !nonnull !11, !align !12
  %113 = getelementptr inbounds nuw %struct.Many, ptr %112, i32 0, i32 0
  %114 = load ptr, ptr %113, align 8
  %115 = getelementptr inbounds nuw %struct.Product, ptr %114, i32 0, i32 4
  %116 = load ptr, ptr %115, align 8
  %117 = load i64, ptr %7, align 8
  %118 = load ptr, ptr %4, align 8, !nonnull !11, !align !12
  %119 = getelementptr inbounds nuw %struct.Many, ptr %118, i32 0, i32 0
  %120 = load ptr, ptr %119, align 8
  %121 = getelementptr inbounds nuw %struct.Product, ptr %120, i32 0, i32 9
  %122 = load i64, ptr %121, align 8
  %123 = mul nsw i64 %117, %122
  %124 = getelementptr inbounds i16, ptr %116, i64 %123
  %125 = load i64, ptr %12, align 8
  %126 = getelementptr inbounds i16, ptr %124, i64 %125
  %127 = load <16 x float>, ptr %14, align 64
  call void @_ZL8round_toIDv16_fEvPtT_(ptr noundef %126, <16 x float> noundef %127)
  br label %128
128:                                              ; preds = %111
  %129 = load i64, ptr %9, align 8
  %130 = add nsw i64 %129, 16
  store i64 %130, ptr %9, align 8
  br label %25, !llvm.loop !38
131:                                              ; preds = %29
  br label %132
132:                                              ; preds = %131
  %133 = load i64, ptr %7, align 8
  %134 = add nsw i64 %133, 1
  store i64 %134, ptr %7, align 8
  br label %15, !llvm.loop !39
135:                                              ; preds = %23
  ret void
}
define linkonce_odr void @_ZN4Int87convertEPK7ProductlllPA16_Dv32_t(ptr noundef %0, i64 noundef %1, i64 noundef %2, i64 noundef %3, ptr noundef %4) #10 comdat align 2 {
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  %8 = alloca i64, align 8
  %9 = alloca i64, align 8
  %10 = alloca ptr, align 8
  %11 = alloca i64, align 8
  %12 = alloca i32, align 4
  %13 = alloca i64, align 8
  %14 = alloca i64, align 8
  %15 = alloca ptr, align 8
  %16 = alloca [16 x <16 x i32>], align 64
  %17 = alloca i32, align 4
  store ptr %0, ptr %6, align 8
  store i64 %1, ptr %7, align 8
  store i64 %2, ptr %8, align 8
  store i64 %3, ptr %9, align 8
  store ptr %4, ptr %10, align 8
  store i64 0, ptr %11, align 8
  br label %18
18:                                               ; preds = %85, %5
  %19 = load i64, ptr %11, align 8
  %20 = load i64, ptr %9, align 8
  %21 = mul nsw i64 %20, 4
  %22 = icmp slt i64 %19, %21
  br i1 %22, label %24, label %23
23:                                               ; preds = %18
  store i32 2, ptr %12, align 4
  br label %88
24:                                               ; preds = %18
  %25 = load i64, ptr %8, align 8
  %26 = load i64, ptr %11, align 8
  %27 = sdiv i64 %26, 4
  %28 = mul nsw i64 %27, 32
  %29 = add nsw i64 %25, %28
  store i64 %29, ptr %13, align 8
  %30 = load ptr, ptr %6, align 8
  %31 = getelementptr inbounds nuw %struct.Product, ptr %30, i32 0, i32 8
  %32 = load i64, ptr %31, align 8
  %33 = load i64, ptr %13, align 8
  %34 = sub nsw i64 %32, %33
  %35 = sub nsw i64 %34, 16
  %36 = call noundef i64 @_ZL5leastll(i64 noundef 16, i64 noundef %35)
  store i64 %36, ptr %14, align 8
  %37 = load ptr, ptr %6, align 8
  %38 = getelementptr inbounds nuw %struct.Product, ptr %37, i32 0, i32 0
  %39 = load ptr, ptr %38, align 8
  %40 = load i64, ptr %7, align 8
  %41 = load i64, ptr %11, align 8
  %42 = srem i64 %41, 4
  %43 = mul nsw i64 %42, 16
  %44 = add nsw i64 %40, %43
  %45 = load ptr, ptr %6, align 8
  %46 = getelementptr inbounds nuw %struct.Product, ptr %45, i32 0, i32 8
  %47 = load i64, ptr %46, align 8
  %48 = mul nsw i64 %44, %47
  %49 = getelementptr inbounds i8, ptr %39, i64 %48
  %50 = load i64, ptr %13, align 8
  %51 = getelementptr inbounds i8, ptr %49, i64 %50
  store ptr %51, ptr %15, align 8
  store i32 0, ptr %17, align 4
  br label %52
52:                                               ; preds = %70, %24
  %53 = load i32, ptr %17, align 4
  %54 = icmp slt i32 %53, 16
  br i1 %54, label %56, label %55
55:                                               ; preds = %52
  store i32 5, ptr %12, align 4
  br label %78
56:                                               ; preds = %52
  %57 = load ptr, ptr %15, align 8
  %58 = getelementptr inbounds i8, ptr %57, i64 640
  call void @llvm.prefetch.p0(ptr %58, i32 0, i32 3, i32 1)
  %59 = load ptr, ptr %15, align 8
  %60 = load i64, ptr %14, align 8
  %61 = getelementptr inbounds i8, ptr %59, i64 %60
  %62 = call noundef <16 x float> @_ZL8codes_ofPKh(ptr noundef %61)
  %63 = load ptr, ptr %15, align 8
  %64 = call noundef <16 x float> @_ZL8codes_ofPKh(ptr noundef %63)
  %65 = call noundef <32 x i16> @llvm.x86.avx512bf16.cvtne2ps2bf16.512(<16 x float> noundef %62, <16 x float> noundef %64)
  %66 = bitcast <32 x i16> %65 to <16 x i32>
  %67 = load i32, ptr %17, align 4
  %68 = sext i32 %67 to i64
  %69 = getelementptr inbounds [16 x <16 x i32>], ptr %16, i64 0, i64 %68
  store <16 x i32> %66, ptr %69, align 64
  br label %70
70:                                               ; preds = %56
  %71 = load i32, ptr %17, align 4
  %72 = add nsw i32 %71, 1
  store i32 %72, ptr %17, align 4
  %73 = load ptr, ptr %6, align 8
  %74 = getelementptr inbounds nuw %struct.Product, ptr %73, i32 0, i32 8
  %75 = load i64, ptr %74, align 8
  %76 = load ptr, ptr %15, align 8
  %77 = getelementptr inbounds i8, ptr %76, i64 %75
  store ptr %77, ptr %15, align 8
  br label %52, !llvm.loop !40
78:                                               ; preds = %55
  %79 = getelementptr inbounds [16 x <16 x i32>], ptr %16, i64 0, i64 0
  call void @_ZL9transposePDv16_i(ptr noundef %79)
  %80 = load ptr, ptr %10, align 8
  %81 = load i64, ptr %11, align 8
  %82 = getelementptr inbounds [16 x <32 x i16>], ptr %80, i64 %81
  %83 = getelementptr inbounds [16 x <32 x i16>], ptr %82, i64 0, i64 0
  %84 = getelementptr inbounds [16 x <16 x i32>], ptr %16, i64 0, i64 0
  call void @llvm.memcpy.p0.p0.i64(ptr align 64 %83, ptr align 64 %84, i64 1024, i1 false)
  br label %85
85:                                               ; preds = %78
  %86 = load i64, ptr %11, align 8
  %87 = add nsw i64 %86, 1
  store i64 %87, ptr %11, align 8
  br label %18, !llvm.loop !41
88:                                               ; preds = %23
  ret void
}
define internal noundef <16 x float> @_ZL8codes_ofPKh(ptr noundef %0) #6 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = call noundef <16 x i8> @_ZL4loadIDv16_aET_PKv(ptr noundef %3)
  %5 = sitofp <16 x i8> %4 to <16 x float>
  ret <16 x float> %5
}
define internal void @_ZL9transposePDv16_i(ptr noundef %0) #6 {
  %2 = alloca ptr, align 8
  %3 = alloca i32, align 4
  %4 = alloca i32, align 4
  %5 = alloca [16 x <16 x i32>], align 64
  %6 = alloca i32, align 4
  %7 = alloca %class.anon.15, align 1
  %8 = alloca %class.anon.17, align 1
  store ptr %0, ptr %2, align 8
  store i32 0, ptr %3, align 4
  br label %9
9:                                                ; preds = %56, %1
  %10 = load i32, ptr %3, align 4
  %11 = icmp slt i32 %10, 4
  br i1 %11, label %13, label %12
12:                                               ; preds = %9
  store i32 2, ptr %4, align 4
  br label %59
13:                                               ; preds = %9
  %14 = getelementptr inbounds [16 x <16 x i32>], ptr %5, i64 0, i64 0
  %15 = load ptr, ptr %2, align 8
  call void @llvm.memcpy.p0.p0.i64(ptr align 64 %14, ptr align 64 %15, i64 1024, i1 false)
  store i32 0, ptr %6, align 4
  br label %16
16:                                               ; preds = %52, %13
  %17 = load i32, ptr %6, align 4
  %18 = icmp slt i32 %17, 8
  br i1 %18, label %20, label %19
19:                                               ; preds = %16
  store i32 5, ptr %4, align 4
  br label %55
20:                                               ; preds = %16
  %21 = load i32, ptr %6, align 4
  %22 = sext i32 %21 to i64
  %23 = getelementptr inbounds [16 x <16 x i32>], ptr %5, i64 0, i64 %22
  %24 = load <16 x i32>, ptr %23, align 64
  %25 = load i32, ptr %6, align 4
  %26 = add nsw i32 %25, 8
  %27 = sext i32 %26 to i64
  %28 = getelementptr inbounds [16 x <16 x i32>], ptr %5, i64 0, i64 %27
  %29 = load <16 x i32>, ptr %28, align 64
  %30 = call noundef <16 x i32> @_ZL4pickILi16EDv16_iZL9transposePS0_EUliE_EDaT0_S3_T1_(<16 x i32> noundef %24, <16 x i32> noundef %29)
  %31 = load ptr, ptr %2, align 8
  %32 = load i32, ptr %6, align 4
  %33 = mul nsw i32 2, %32
  %34 = sext i32 %33 to i64
  %35 = getelementptr inbounds <16 x i32>, ptr %31, i64 %34
  store <16 x i32> %30, ptr %35, align 64
  %36 = load i32, ptr %6, align 4
  %37 = sext i32 %36 to i64
  %38 = getelementptr inbounds [16 x <16 x i32>], ptr %5, i64 0, i64 %37
  %39 = load <16 x i32>, ptr %38, align 64
  %40 = load i32, ptr %6, align 4
  %41 = add nsw i32 %40, 8
  %42 = sext i32 %41 to i64
  %43 = getelementptr inbounds [16 x <16 x i32>], ptr %5, i64 0, i64 %42
  %44 = load <16 x i32>, ptr %43, align 64
  %45 = call noundef <16 x i32> @_ZL4pickILi16EDv16_iZL9transposePS0_EUliE0_EDaT0_S3_T1_(<16 x i32> noundef %39, <16 x i32> noundef %44)
  %46 = load ptr, ptr %2, align 8
  %47 = load i32, ptr %6, align 4
  %48 = mul nsw i32 2, %47
  %49 = add nsw i32 %48, 1
  %50 = sext i32 %49 to i64
  %51 = getelementptr inbounds <16 x i32>, ptr %46, i64 %50
  store <16 x i32> %45, ptr %51, align 64
  br label %52
52:                                               ; preds = %20
  %53 = load i32, ptr %6, align 4
  %54 = add nsw i32 %53, 1
  store i32 %54, ptr %6, align 4
  br label %16, !llvm.loop !42
55:                                               ; preds = %19
  br label %56
56:                                               ; preds = %55
  %57 = load i32, ptr %3, align 4
  %58 = add nsw i32 %57, 1
  store i32 %58, ptr %3, align 4
  br label %9, !llvm.loop !43
59:                                               ; preds = %12
  ret void
}
define internal noundef <16 x i8> @_ZL4loadIDv16_aET_PKv(ptr noundef %0) #12 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = getelementptr inbounds nuw %struct.Anywhere.14, ptr %3, i32 0, i32 0
  %5 = load <16 x i8>, ptr %4, align 1
  ret <16 x i8> %5
}
define internal noundef <16 x i32> @_ZL4pickILi16EDv16_iZL9transposePS0_EUliE_EDaT0_S3_T1_(<16 x i32> noundef %0, <16 x i32> noundef %1) #6 {
  %3 = alloca %class.anon.15, align 1
  %4 = alloca <16 x i32>, align 64
  %5 = alloca <16 x i32>, align 64
  %6 = alloca %class.anon.15, align 1
  %7 = alloca %struct.Sequence.19, align 1
  store <16 x i32> %0, ptr %4, align 64
  store <16 x i32> %1, ptr %5, align 64
  %8 = load <16 x i32>, ptr %4, align 64
  %9 = load <16 x i32>, ptr %5, align 64
  %10 = call noundef <16 x i32> @_ZL7pick_ofIDv16_iZL9transposePS0_EUliE_JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15EEEDaT_S3_T0_8SequenceIiJXspT1_EEE(<16 x i32> noundef %8, <16 x i32> noundef %9)
  ret <16 x i32> %10
}
define internal noundef <16 x i32> @_ZL4pickILi16EDv16_iZL9transposePS0_EUliE0_EDaT0_S3_T1_(<16 x i32> noundef %0, <16 x i32> noundef %1) #6 {
  %3 = alloca %class.anon.17, align 1
  %4 = alloca <16 x i32>, align 64
  %5 = alloca <16 x i32>, align 64
  %6 = alloca %class.anon.17, align 1
  %7 = alloca %struct.Sequence.19, align 1
  store <16 x i32> %0, ptr %4, align 64
  store <16 x i32> %1, ptr %5, align 64
  %8 = load <16 x i32>, ptr %4, align 64
  %9 = load <16 x i32>, ptr %5, align 64
  %10 = call noundef <16 x i32> @_ZL7pick_ofIDv16_iZL9transposePS0_EUliE0_JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15EEEDaT_S3_T0_8SequenceIiJXspT1_EEE(<16 x i32> noundef %8, <16 x i32> noundef %9)
  ret <16 x i32> %10
}
define internal noundef <16 x i32> @_ZL7pick_ofIDv16_iZL9transposePS0_EUliE_JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15EEEDaT_S3_T0_8SequenceIiJXspT1_EEE(<16 x i32> noundef %0, <16 x i32> noundef %1) #6 {
  %3 = alloca %class.anon.15, align 1
  %4 = alloca %struct.Sequence.19, align 1
  %5 = alloca <16 x i32>, align 64
  %6 = alloca <16 x i32>, align 64
  store <16 x i32> %0, ptr %5, align 64
  store <16 x i32> %1, ptr %6, align 64
  %7 = load <16 x i32>, ptr %5, align 64
  %8 = load <16 x i32>, ptr %6, align 64
  %9 = shufflevector <16 x i32> %7, <16 x i32> %8, <16 x i32> <i32 0, i32 16, i32 1, i32 17, i32 2, i32 18, i32 3, i32 19, i32 4, i32 20, i32 5, i32 21, i32 6, i32 22, i32 7, i32 23>
  ret <16 x i32> %9
}
define internal noundef <16 x i32> @_ZL7pick_ofIDv16_iZL9transposePS0_EUliE0_JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15EEEDaT_S3_T0_8SequenceIiJXspT1_EEE(<16 x i32> noundef %0, <16 x i32> noundef %1) #6 {
  %3 = alloca %class.anon.17, align 1
  %4 = alloca %struct.Sequence.19, align 1
  %5 = alloca <16 x i32>, align 64
  %6 = alloca <16 x i32>, align 64
  store <16 x i32> %0, ptr %5, align 64
  store <16 x i32> %1, ptr %6, align 64
  %7 = load <16 x i32>, ptr %5, align 64
  %8 = load <16 x i32>, ptr %6, align 64
  %9 = shufflevector <16 x i32> %7, <16 x i32> %8, <16 x i32> <i32 8, i32 24, i32 9, i32 25, i32 10, i32 26, i32 11, i32 27, i32 12, i32 28, i32 13, i32 29, i32 14, i32 30, i32 15, i32 31>
  ret <16 x i32> %9
}
define linkonce_odr noundef <16 x float> @_ZN4Int86scaledEPK7ProductlDv16_f(ptr noundef %0, i64 noundef %1, <16 x float> noundef %2) #10 comdat align 2 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca <16 x float>, align 64
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store <16 x float> %2, ptr %6, align 64
  %7 = load <16 x float>, ptr %6, align 64
  %8 = load ptr, ptr %4, align 8
  %9 = getelementptr inbounds nuw %struct.Product, ptr %8, i32 0, i32 1
  %10 = load ptr, ptr %9, align 8
  %11 = load i64, ptr %5, align 8
  %12 = getelementptr inbounds i16, ptr %10, i64 %11
  %13 = call noundef <16 x float> @_ZL4wideILi16EEDvmlLm4ET__fPKt(ptr noundef %12)
  %14 = fmul <16 x float> %7, %13
  ret <16 x float> %14
}
attributes #0 = { mustprogress nounwind uwtable(sync) }
attributes #1 = { nounwind }
attributes #2 = { alwaysinline mustprogress nounwind uwtable(sync) }
attributes #3 = { nocallback nofree nosync nounwind willreturn memory(argmem: readwrite) }
attributes #4 = { nounwind }
attributes #5 = { inlinehint mustprogress nounwind uwtable(sync) }
attributes #6 = { alwaysinline mustprogress nounwind uwtable(sync) }
attributes #7 = { alwaysinline mustprogress nounwind uwtable(sync) }
attributes #8 = { nocallback nofree nosync nounwind willreturn memory(argmem: readwrite, inaccessiblemem: readwrite) }
attributes #9 = { nocallback nofree nosync nounwind speculatable willreturn memory(none) }
attributes #10 = { mustprogress nounwind uwtable(sync) }
attributes #11 = { nocallback nofree nounwind willreturn memory(argmem: readwrite) }
attributes #12 = { alwaysinline mustprogress nounwind uwtable(sync) }
!0 = !{i32 7, !"Dwarf Version", i32 4}
!1 = !{i32 1, !"wchar_size", i32 4}
!2 = !{i32 8, !"PIC Level", i32 2}
!3 = !{i32 7, !"uwtable", i32 1}
!4 = !{i32 7, !"frame-pointer", i32 2}
!5 = !{!"clang version 22.1.8"}
!6 = distinct !{!6, !7}
!7 = !{!"llvm.loop.mustprogress"}
!8 = distinct !{!8, !7}
!9 = distinct !{!9, !7}
!10 = distinct !{!10, !7}
!11 = !{}
!12 = !{i64 8}
!13 = !{i8 0, i8 2}
!14 = distinct !{!14, !7}
!15 = distinct !{!15, !7}
!16 = distinct !{!16, !7}
!17 = distinct !{!17, !7}
!18 = distinct !{!18, !7}
!19 = distinct !{!19, !7}
!20 = distinct !{!20, !7}
!21 = distinct !{!21, !7}
!22 = !{i64 64}
!23 = distinct !{!23, !7}
!24 = distinct !{!24, !7, !25}
!25 = !{!"llvm.loop.unroll.full"}
!26 = distinct !{!26, !7, !25}
!27 = distinct !{!27, !7}
!28 = distinct !{!28, !7}
!29 = distinct !{!29, !7, !25}
!30 = distinct !{!30, !25}
!31 = distinct !{!31, !7}
!32 = distinct !{!32, !7}
!33 = distinct !{!33, !7}
!34 = distinct !{!34, !7}
!35 = distinct !{!35, !7}
!36 = distinct !{!36, !7}
!37 = distinct !{!37, !7}
!38 = distinct !{!38, !7}
!39 = distinct !{!39, !7}
!40 = distinct !{!40, !7, !25}
!41 = distinct !{!41, !7}
!42 = distinct !{!42, !7, !25}
!43 = distinct !{!43, !7, !25}
