%class.anon.3 = type { i8 }
%class.anon.4 = type { i8 }
%class.anon.10 = type { i8 }
%struct.Group = type { ptr, i64, ptr, ptr, [4 x %struct.Affine] }
%struct.Affine = type { <16 x float>, <16 x float> }
%class.anon = type { ptr, ptr, ptr }
%struct.Product = type { ptr, ptr, ptr, ptr, ptr, ptr, ptr, i64, i64, i64, i64, i64, i64, [64 x i64] }
%class.anon.1 = type { ptr }
%class.anon.2 = type { ptr, ptr, ptr, ptr }
%struct.Layout = type { i8, i8, [14 x i8], [16 x i16], [16 x i8] }
%class.anon.0 = type { ptr, ptr, ptr, ptr, ptr, ptr }
%class.anon.24 = type { ptr }
%class.anon.25 = type { ptr, ptr, ptr, ptr }
%struct.Parts = type { ptr, ptr, ptr, ptr }
%struct.Anywhere = type { <16 x i16> }
%struct.Sequence = type { i8 }
%struct.Sequence.6 = type { i8 }
%struct.Sequence.7 = type { i8 }
%struct.Sequence.8 = type { i8 }
%struct.Anywhere.9 = type { <16 x i8> }
%struct.Anywhere.12 = type { <8 x i32> }
%struct.Sequence.13 = type { i8 }
%struct.Anywhere.14 = type { <64 x i8> }
%class.anon.15 = type { i8 }
%class.anon.18 = type { i8 }
%class.anon.20 = type { i8 }
%struct.Sequence.17 = type { i8 }
%struct.Anywhere.22 = type { i32 }
%struct.Anywhere.23 = type { <16 x float> }
%struct.Block = type { ptr, i64, i64, ptr }
%struct.Anywhere.26 = type { <16 x i32> }
$_ZN6LayoutC2Eii = comdat any
$_ZN5PartsC2EPK7Productl = comdat any
$_Z9column_ofi = comdat any
@_ZL4even = internal constant %class.anon.3 undef, align 1
@_ZL3odd = internal constant %class.anon.4 undef, align 1
@_ZL5lower = internal constant %class.anon.10 undef, align 1
@TILES = external constant i64, align 8
define void @run_int4(ptr noundef %0, i32 noundef %1) #0 {
  %3 = alloca ptr, align 8
  %4 = alloca i32, align 4
  store ptr %0, ptr %3, align 8
  store i32 %1, ptr %4, align 4
  %5 = load ptr, ptr %3, align 8
  %6 = load i32, ptr %4, align 4
  call void @GOMP_parallel(ptr noundef @int4, ptr noundef %5, i32 noundef %6, i32 noundef 0)
  ret void
}
declare void @GOMP_parallel(ptr noundef, ptr noundef, i32 noundef, i32 noundef) #1
define void @int4(ptr noundef %0) #0 {
  %2 = alloca ptr, align 8
  %3 = alloca %struct.Group, align 64
  %4 = alloca [48 x [4 x <16 x float>]], align 64
  %5 = alloca i8, align 1
  %6 = alloca %class.anon, align 8
  store ptr %0, ptr %2, align 8
  call void @llvm.memset.p0.i64(ptr align 64 %3, i8 0, i64 576, i1 false)
  %7 = getelementptr inbounds nuw %struct.Group, ptr %3, i32 0, i32 0
  %8 = load ptr, ptr %2, align 8
  store ptr %8, ptr %7, align 64
  %9 = getelementptr inbounds nuw %struct.Group, ptr %3, i32 0, i32 1
  %10 = getelementptr inbounds nuw %struct.Group, ptr %3, i32 0, i32 2
  %11 = getelementptr inbounds nuw %struct.Group, ptr %3, i32 0, i32 3
  %12 = load ptr, ptr %2, align 8
  %13 = getelementptr inbounds nuw %struct.Product, ptr %12, i32 0, i32 10
  %14 = load i64, ptr %13, align 8
  %15 = mul nsw i64 %14, 64
  %16 = alloca i8, i64 %15, align 64
  store ptr %16, ptr %11, align 8
  %17 = getelementptr inbounds nuw %struct.Group, ptr %3, i32 0, i32 4
  %18 = getelementptr inbounds %struct.Affine, ptr %17, i64 4
  br label %19
19:                                               ; preds = %19, %1
  %20 = phi ptr [ %17, %1 ], [ %23, %19 ]
  %21 = getelementptr inbounds nuw %struct.Affine, ptr %20, i32 0, i32 0
  %22 = getelementptr inbounds nuw %struct.Affine, ptr %20, i32 0, i32 1
  %23 = getelementptr inbounds %struct.Affine, ptr %20, i64 1
  %24 = icmp eq ptr %23, %18
  br i1 %24, label %25, label %19
25:                                               ; preds = %19
  store i8 0, ptr %5, align 1
  %26 = load ptr, ptr %2, align 8
  %27 = getelementptr inbounds [48 x [4 x <16 x float>]], ptr %4, i64 0, i64 0
  %28 = getelementptr inbounds nuw %class.anon, ptr %6, i32 0, i32 0
  store ptr %2, ptr %28, align 8
  %29 = getelementptr inbounds nuw %class.anon, ptr %6, i32 0, i32 1
  store ptr %3, ptr %29, align 8
  %30 = getelementptr inbounds nuw %class.anon, ptr %6, i32 0, i32 2
  store ptr %4, ptr %30, align 8
  call void @"_ZL8multiplyIZ4int4E3$_0EvP7ProductlPA4_Dv16_fT_"(ptr noundef %26, i64 noundef 48, ptr noundef %27, ptr noundef byval(%class.anon) align 8 %6)
  ret void
}
declare void @llvm.memset.p0.i64(ptr writeonly captures(none), i8, i64, i1 immarg) #3
define internal void @"_ZL8multiplyIZ4int4E3$_0EvP7ProductlPA4_Dv16_fT_"(ptr noundef %0, i64 noundef %1, ptr noundef %2, ptr noundef byval(%class.anon) align 8 %3) #4 {
  %5 = alloca ptr, align 8
  %6 = alloca i64, align 8
  %7 = alloca ptr, align 8
  %8 = alloca %class.anon.1, align 8
  %9 = alloca %class.anon.2, align 8
  store ptr %0, ptr %5, align 8
  store i64 %1, ptr %6, align 8
  store ptr %2, ptr %7, align 8
  %10 = load ptr, ptr %5, align 8
  %11 = getelementptr inbounds nuw %struct.Product, ptr %10, i32 0, i32 7
  %12 = load i64, ptr %11, align 8
  %13 = load ptr, ptr %5, align 8
  %14 = getelementptr inbounds nuw %struct.Product, ptr %13, i32 0, i32 11
  %15 = load i64, ptr %14, align 8
  %16 = mul nsw i64 %12, %15
  %17 = getelementptr inbounds nuw %class.anon.1, ptr %8, i32 0, i32 0
  %18 = load ptr, ptr %5, align 8
  store ptr %18, ptr %17, align 8
  %19 = getelementptr inbounds nuw %class.anon.1, ptr %8, i32 0, i32 0
  %20 = load ptr, ptr %19, align 8
  call void @"_ZL5shareIZL8multiplyIZ4int4E3$_0EvP7ProductlPA4_Dv16_fT_EUllE_EvlS7_"(i64 noundef %16, ptr %20)
  %21 = load ptr, ptr %5, align 8
  %22 = load ptr, ptr %5, align 8
  %23 = getelementptr inbounds nuw %struct.Product, ptr %22, i32 0, i32 9
  %24 = load i64, ptr %23, align 8
  %25 = sdiv i64 %24, 64
  %26 = getelementptr inbounds nuw %class.anon.2, ptr %9, i32 0, i32 0
  store ptr %5, ptr %26, align 8
  %27 = getelementptr inbounds nuw %class.anon.2, ptr %9, i32 0, i32 1
  store ptr %6, ptr %27, align 8
  %28 = getelementptr inbounds nuw %class.anon.2, ptr %9, i32 0, i32 2
  store ptr %7, ptr %28, align 8
  %29 = getelementptr inbounds nuw %class.anon.2, ptr %9, i32 0, i32 3
  store ptr %3, ptr %29, align 8
  call void @"_ZL10take_tilesIZL8multiplyIZ4int4E3$_0EvP7ProductlPA4_Dv16_fT_EUllE0_EvS3_lS7_"(ptr noundef %21, i64 noundef %25, ptr noundef byval(%class.anon.2) align 8 %9)
  ret void
}
define void @run_int4_tiles(ptr noundef %0, i32 noundef %1) #0 {
  %3 = alloca ptr, align 8
  %4 = alloca i32, align 4
  store ptr %0, ptr %3, align 8
  store i32 %1, ptr %4, align 4
  %5 = load ptr, ptr %3, align 8
  %6 = load i32, ptr %4, align 4
  call void @GOMP_parallel(ptr noundef @int4_tiles, ptr noundef %5, i32 noundef %6, i32 noundef 0)
  ret void
}
define void @int4_tiles(ptr noundef %0) #0 {
  %2 = alloca ptr, align 8
  %3 = alloca i64, align 8
  %4 = alloca i64, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca ptr, align 8
  %8 = alloca [2 x %struct.Group], align 64
  %9 = alloca [48 x [4 x <16 x float>]], align 64
  %10 = alloca [2 x [2 x [16 x [16 x i32]]]], align 64
  %11 = alloca %struct.Layout, align 64
  %12 = alloca %class.anon.0, align 8
  store ptr %0, ptr %2, align 8
  %13 = load ptr, ptr %2, align 8
  %14 = getelementptr inbounds nuw %struct.Product, ptr %13, i32 0, i32 7
  %15 = load i64, ptr %14, align 8
  %16 = add nsw i64 %15, 16
  %17 = sub nsw i64 %16, 1
  %18 = sdiv i64 %17, 16
  store i64 %18, ptr %3, align 8
  %19 = load ptr, ptr %2, align 8
  %20 = getelementptr inbounds nuw %struct.Product, ptr %19, i32 0, i32 7
  %21 = load i64, ptr %20, align 8
  %22 = load i64, ptr %3, align 8
  %23 = add nsw i64 %21, %22
  %24 = sub nsw i64 %23, 1
  %25 = load i64, ptr %3, align 8
  %26 = sdiv i64 %24, %25
  store i64 %26, ptr %4, align 8
  %27 = load ptr, ptr %2, align 8
  %28 = getelementptr inbounds nuw %struct.Product, ptr %27, i32 0, i32 10
  %29 = load i64, ptr %28, align 8
  %30 = srem i64 %29, 64
  %31 = icmp ne i64 %30, 0
  %32 = zext i1 %31 to i64
  %33 = select i1 %31, i32 32, i32 64
  %34 = sext i32 %33 to i64
  store i64 %34, ptr %5, align 8
  %35 = load i64, ptr %4, align 8
  %36 = sdiv i64 48, %35
  %37 = load i64, ptr %4, align 8
  %38 = mul nsw i64 %36, %37
  store i64 %38, ptr %6, align 8
  %39 = load ptr, ptr %2, align 8
  %40 = getelementptr inbounds nuw %struct.Product, ptr %39, i32 0, i32 10
  %41 = load i64, ptr %40, align 8
  %42 = mul nsw i64 %41, 64
  %43 = alloca i8, i64 %42, align 64
  store ptr %43, ptr %7, align 8
  call void @llvm.memset.p0.i64(ptr align 64 %8, i8 0, i64 1152, i1 false)
  %44 = getelementptr inbounds nuw %struct.Group, ptr %8, i32 0, i32 0
  %45 = load ptr, ptr %2, align 8
  store ptr %45, ptr %44, align 64
  %46 = getelementptr inbounds nuw %struct.Group, ptr %8, i32 0, i32 1
  %47 = getelementptr inbounds nuw %struct.Group, ptr %8, i32 0, i32 2
  %48 = getelementptr inbounds nuw %struct.Group, ptr %8, i32 0, i32 3
  %49 = load ptr, ptr %7, align 8
  store ptr %49, ptr %48, align 8
  %50 = getelementptr inbounds nuw %struct.Group, ptr %8, i32 0, i32 4
  %51 = getelementptr inbounds %struct.Affine, ptr %50, i64 4
  br label %52
52:                                               ; preds = %52, %1
  %53 = phi ptr [ %50, %1 ], [ %56, %52 ]
  %54 = getelementptr inbounds nuw %struct.Affine, ptr %53, i32 0, i32 0
  %55 = getelementptr inbounds nuw %struct.Affine, ptr %53, i32 0, i32 1
  %56 = getelementptr inbounds %struct.Affine, ptr %53, i64 1
  %57 = icmp eq ptr %56, %51
  br i1 %57, label %58, label %52
58:                                               ; preds = %52
  %59 = getelementptr inbounds %struct.Group, ptr %8, i64 1
  %60 = getelementptr inbounds nuw %struct.Group, ptr %59, i32 0, i32 0
  %61 = load ptr, ptr %2, align 8
  store ptr %61, ptr %60, align 64
  %62 = getelementptr inbounds nuw %struct.Group, ptr %59, i32 0, i32 1
  %63 = getelementptr inbounds nuw %struct.Group, ptr %59, i32 0, i32 2
  %64 = getelementptr inbounds nuw %struct.Group, ptr %59, i32 0, i32 3
  %65 = load ptr, ptr %7, align 8
  store ptr %65, ptr %64, align 8
  %66 = getelementptr inbounds nuw %struct.Group, ptr %59, i32 0, i32 4
  %67 = getelementptr inbounds %struct.Affine, ptr %66, i64 4
  br label %68
68:                                               ; preds = %68, %58
  %69 = phi ptr [ %66, %58 ], [ %72, %68 ]
  %70 = getelementptr inbounds nuw %struct.Affine, ptr %69, i32 0, i32 0
  %71 = getelementptr inbounds nuw %struct.Affine, ptr %69, i32 0, i32 1
  %72 = getelementptr inbounds %struct.Affine, ptr %69, i64 1
  %73 = icmp eq ptr %72, %67
  br i1 %73, label %74, label %68
74:                                               ; preds = %68
  %75 = load i64, ptr %4, align 8
  %76 = trunc i64 %75 to i32
  %77 = load i64, ptr %5, align 8
  %78 = trunc i64 %77 to i32
  call void @_ZN6LayoutC2Eii(ptr noundef nonnull align 64 dereferenceable(64) %11, i32 noundef %76, i32 noundef %78)
  call void @llvm.x86.ldtilecfg(ptr %11)
  %79 = load ptr, ptr %2, align 8
  %80 = load i64, ptr %6, align 8
  %81 = getelementptr inbounds [48 x [4 x <16 x float>]], ptr %9, i64 0, i64 0
  %82 = getelementptr inbounds nuw %class.anon.0, ptr %12, i32 0, i32 0
  store ptr %2, ptr %82, align 8
  %83 = getelementptr inbounds nuw %class.anon.0, ptr %12, i32 0, i32 1
  store ptr %8, ptr %83, align 8
  %84 = getelementptr inbounds nuw %class.anon.0, ptr %12, i32 0, i32 2
  store ptr %4, ptr %84, align 8
  %85 = getelementptr inbounds nuw %class.anon.0, ptr %12, i32 0, i32 3
  store ptr %9, ptr %85, align 8
  %86 = getelementptr inbounds nuw %class.anon.0, ptr %12, i32 0, i32 4
  store ptr %5, ptr %86, align 8
  %87 = getelementptr inbounds nuw %class.anon.0, ptr %12, i32 0, i32 5
  store ptr %10, ptr %87, align 8
  call void @"_ZL8multiplyIZ10int4_tilesE3$_0EvP7ProductlPA4_Dv16_fT_"(ptr noundef %79, i64 noundef %80, ptr noundef %81, ptr noundef byval(%class.anon.0) align 8 %12)
  call void @llvm.x86.tilerelease()
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
  br label %40, !llvm.loop !6
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
declare void @llvm.x86.ldtilecfg(ptr) #5
define internal void @"_ZL8multiplyIZ10int4_tilesE3$_0EvP7ProductlPA4_Dv16_fT_"(ptr noundef %0, i64 noundef %1, ptr noundef %2, ptr noundef byval(%class.anon.0) align 8 %3) #4 {
  %5 = alloca ptr, align 8
  %6 = alloca i64, align 8
  %7 = alloca ptr, align 8
  %8 = alloca %class.anon.24, align 8
  %9 = alloca %class.anon.25, align 8
  store ptr %0, ptr %5, align 8
  store i64 %1, ptr %6, align 8
  store ptr %2, ptr %7, align 8
  %10 = load ptr, ptr %5, align 8
  %11 = getelementptr inbounds nuw %struct.Product, ptr %10, i32 0, i32 7
  %12 = load i64, ptr %11, align 8
  %13 = load ptr, ptr %5, align 8
  %14 = getelementptr inbounds nuw %struct.Product, ptr %13, i32 0, i32 11
  %15 = load i64, ptr %14, align 8
  %16 = mul nsw i64 %12, %15
  %17 = getelementptr inbounds nuw %class.anon.24, ptr %8, i32 0, i32 0
  %18 = load ptr, ptr %5, align 8
  store ptr %18, ptr %17, align 8
  %19 = getelementptr inbounds nuw %class.anon.24, ptr %8, i32 0, i32 0
  %20 = load ptr, ptr %19, align 8
  call void @"_ZL5shareIZL8multiplyIZ10int4_tilesE3$_0EvP7ProductlPA4_Dv16_fT_EUllE_EvlS7_"(i64 noundef %16, ptr %20)
  %21 = load ptr, ptr %5, align 8
  %22 = load ptr, ptr %5, align 8
  %23 = getelementptr inbounds nuw %struct.Product, ptr %22, i32 0, i32 9
  %24 = load i64, ptr %23, align 8
  %25 = sdiv i64 %24, 64
  %26 = getelementptr inbounds nuw %class.anon.25, ptr %9, i32 0, i32 0
  store ptr %5, ptr %26, align 8
  %27 = getelementptr inbounds nuw %class.anon.25, ptr %9, i32 0, i32 1
  store ptr %6, ptr %27, align 8
  %28 = getelementptr inbounds nuw %class.anon.25, ptr %9, i32 0, i32 2
  store ptr %7, ptr %28, align 8
  %29 = getelementptr inbounds nuw %class.anon.25, ptr %9, i32 0, i32 3
  store ptr %3, ptr %29, align 8
  call void @"_ZL10take_tilesIZL8multiplyIZ10int4_tilesE3$_0EvP7ProductlPA4_Dv16_fT_EUllE0_EvS3_lS7_"(ptr noundef %21, i64 noundef %25, ptr noundef byval(%class.anon.25) align 8 %9)
  ret void
}
declare void @llvm.x86.tilerelease() #5
define internal void @"_ZL5shareIZL8multiplyIZ4int4E3$_0EvP7ProductlPA4_Dv16_fT_EUllE_EvlS7_"(i64 noundef %0, ptr %1) #4 {
  %3 = alloca %class.anon.1, align 8
  %4 = alloca i64, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  %8 = alloca i64, align 8
  %9 = getelementptr inbounds nuw %class.anon.1, ptr %3, i32 0, i32 0
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
  call void @"_ZZL8multiplyIZ4int4E3$_0EvP7ProductlPA4_Dv16_fT_ENKUllE_clEl"(ptr noundef nonnull align 8 dereferenceable(8) %3, i64 noundef %31)
  br label %32
32:                                               ; preds = %30
  %33 = load i64, ptr %8, align 8
  %34 = add nsw i64 %33, 1
  store i64 %34, ptr %8, align 8
  br label %25, !llvm.loop !8
35:                                               ; preds = %29
  ret void
}
define internal void @"_ZL10take_tilesIZL8multiplyIZ4int4E3$_0EvP7ProductlPA4_Dv16_fT_EUllE0_EvS3_lS7_"(ptr noundef %0, i64 noundef %1, ptr noundef byval(%class.anon.2) align 8 %2) #4 {
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
  call void @"_ZZL8multiplyIZ4int4E3$_0EvP7ProductlPA4_Dv16_fT_ENKUllE0_clEl"(ptr noundef nonnull align 8 dereferenceable(32) %2, i64 noundef %76)
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
declare i32 @omp_get_thread_num() #1
declare i32 @omp_get_num_threads() #1
define internal void @"_ZZL8multiplyIZ4int4E3$_0EvP7ProductlPA4_Dv16_fT_ENKUllE_clEl"(ptr noundef nonnull align 8 dereferenceable(8) %0, i64 noundef %1) #6 align 2 {
  %3 = alloca ptr, align 8
  %4 = alloca i64, align 8
  store ptr %0, ptr %3, align 8
  store i64 %1, ptr %4, align 8
  %5 = load ptr, ptr %3, align 8
  %6 = getelementptr inbounds nuw %class.anon.1, ptr %5, i32 0, i32 0
  %7 = load ptr, ptr %6, align 8
  %8 = load i64, ptr %4, align 8
  %9 = getelementptr inbounds nuw %class.anon.1, ptr %5, i32 0, i32 0
  %10 = load ptr, ptr %9, align 8
  %11 = getelementptr inbounds nuw %struct.Product, ptr %10, i32 0, i32 11
  %12 = load i64, ptr %11, align 8
  %13 = sdiv i64 %8, %12
  %14 = load i64, ptr %4, align 8
  %15 = getelementptr inbounds nuw %class.anon.1, ptr %5, i32 0, i32 0
  %16 = load ptr, ptr %15, align 8
  %17 = getelementptr inbounds nuw %struct.Product, ptr %16, i32 0, i32 11
  %18 = load i64, ptr %17, align 8
  %19 = srem i64 %14, %18
  call void @_ZL5splitPK7Productll(ptr noundef %7, i64 noundef %13, i64 noundef %19)
  ret void
}
define internal void @_ZL5splitPK7Productll(ptr noundef %0, i64 noundef %1, i64 noundef %2) #7 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca %struct.Parts, align 8
  %8 = alloca i64, align 8
  %9 = alloca ptr, align 8
  %10 = alloca <16 x float>, align 64
  %11 = alloca <16 x float>, align 64
  %12 = alloca i64, align 8
  %13 = alloca <16 x float>, align 64
  %14 = alloca <16 x float>, align 64
  %15 = alloca float, align 4
  %16 = alloca float, align 4
  %17 = alloca i64, align 8
  %18 = alloca <16 x float>, align 64
  %19 = alloca <16 x float>, align 64
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store i64 %2, ptr %6, align 8
  %20 = load ptr, ptr %4, align 8
  %21 = load i64, ptr %5, align 8
  call void @_ZN5PartsC2EPK7Productl(ptr noundef nonnull align 8 dereferenceable(32) %7, ptr noundef %20, i64 noundef %21)
  %22 = load i64, ptr %6, align 8
  %23 = load ptr, ptr %4, align 8
  %24 = getelementptr inbounds nuw %struct.Product, ptr %23, i32 0, i32 10
  %25 = load i64, ptr %24, align 8
  %26 = mul nsw i64 %22, %25
  store i64 %26, ptr %8, align 8
  %27 = load ptr, ptr %4, align 8
  %28 = getelementptr inbounds nuw %struct.Product, ptr %27, i32 0, i32 3
  %29 = load ptr, ptr %28, align 8
  %30 = load i64, ptr %5, align 8
  %31 = load ptr, ptr %4, align 8
  %32 = getelementptr inbounds nuw %struct.Product, ptr %31, i32 0, i32 8
  %33 = load i64, ptr %32, align 8
  %34 = mul nsw i64 %30, %33
  %35 = getelementptr inbounds i16, ptr %29, i64 %34
  %36 = load i64, ptr %8, align 8
  %37 = getelementptr inbounds i16, ptr %35, i64 %36
  store ptr %37, ptr %9, align 8
  store <16 x float> zeroinitializer, ptr %10, align 64
  store <16 x float> zeroinitializer, ptr %11, align 64
  store i64 0, ptr %12, align 8
  br label %38
38:                                               ; preds = %63, %3
  %39 = load i64, ptr %12, align 8
  %40 = load ptr, ptr %4, align 8
  %41 = getelementptr inbounds nuw %struct.Product, ptr %40, i32 0, i32 10
  %42 = load i64, ptr %41, align 8
  %43 = icmp slt i64 %39, %42
  br i1 %43, label %45, label %44
44:                                               ; preds = %38
  br label %66
45:                                               ; preds = %38
  %46 = load ptr, ptr %9, align 8
  %47 = load i64, ptr %12, align 8
  %48 = getelementptr inbounds i16, ptr %46, i64 %47
  %49 = call noundef <16 x float> @_ZL4wideILi16EEDvmlLm4ET__fPKt(ptr noundef %48)
  store <16 x float> %49, ptr %13, align 64
  %50 = load <16 x float>, ptr %13, align 64
  %51 = call <16 x float> @llvm.fabs.v16f32(<16 x float> %50)
  store <16 x float> %51, ptr %14, align 64
  %52 = load <16 x float>, ptr %13, align 64
  %53 = load <16 x float>, ptr %10, align 64
  %54 = fadd <16 x float> %53, %52
  store <16 x float> %54, ptr %10, align 64
  %55 = load <16 x float>, ptr %14, align 64
  %56 = load <16 x float>, ptr %11, align 64
  %57 = fcmp ogt <16 x float> %55, %56
  %58 = sext <16 x i1> %57 to <16 x i32>
  %59 = load <16 x float>, ptr %14, align 64
  %60 = load <16 x float>, ptr %11, align 64
  %61 = icmp ne <16 x i32> %58, zeroinitializer
  %62 = select <16 x i1> %61, <16 x float> %59, <16 x float> %60
  store <16 x float> %62, ptr %11, align 64
  br label %63
63:                                               ; preds = %45
  %64 = load i64, ptr %12, align 8
  %65 = add nsw i64 %64, 16
  store i64 %65, ptr %12, align 8
  br label %38, !llvm.loop !11
66:                                               ; preds = %44
  %67 = load <16 x float>, ptr %11, align 64
  %68 = call float @llvm.vector.reduce.fmax.v16f32(<16 x float> %67)
  %69 = fdiv float %68, 1.270000e+02
  store float %69, ptr %15, align 4
  %70 = load float, ptr %15, align 4
  %71 = fcmp olt float %70, 0x3810000000000000
  br i1 %71, label %72, label %73
72:                                               ; preds = %66
  br label %75
73:                                               ; preds = %66
  %74 = load float, ptr %15, align 4
  br label %75
75:                                               ; preds = %73, %72
  %76 = phi float [ 0x3810000000000000, %72 ], [ %74, %73 ]
  store float %76, ptr %16, align 4
  %77 = load <16 x float>, ptr %10, align 64
  %78 = call noundef float @_ZL5totalIDv16_fEfT_(<16 x float> noundef %77)
  %79 = getelementptr inbounds nuw %struct.Parts, ptr %7, i32 0, i32 3
  %80 = load ptr, ptr %79, align 8
  %81 = load i64, ptr %6, align 8
  %82 = load ptr, ptr %4, align 8
  %83 = getelementptr inbounds nuw %struct.Product, ptr %82, i32 0, i32 7
  %84 = load i64, ptr %83, align 8
  %85 = mul nsw i64 %81, %84
  %86 = getelementptr inbounds float, ptr %80, i64 %85
  store float %78, ptr %86, align 4
  %87 = load float, ptr %16, align 4
  %88 = getelementptr inbounds nuw %struct.Parts, ptr %7, i32 0, i32 2
  %89 = load ptr, ptr %88, align 8
  %90 = load i64, ptr %6, align 8
  %91 = load ptr, ptr %4, align 8
  %92 = getelementptr inbounds nuw %struct.Product, ptr %91, i32 0, i32 7
  %93 = load i64, ptr %92, align 8
  %94 = mul nsw i64 %90, %93
  %95 = getelementptr inbounds float, ptr %89, i64 %94
  store float %87, ptr %95, align 4
  store i64 0, ptr %17, align 8
  br label %96
96:                                               ; preds = %132, %75
  %97 = load i64, ptr %17, align 8
  %98 = load ptr, ptr %4, align 8
  %99 = getelementptr inbounds nuw %struct.Product, ptr %98, i32 0, i32 10
  %100 = load i64, ptr %99, align 8
  %101 = icmp slt i64 %97, %100
  br i1 %101, label %103, label %102
102:                                              ; preds = %96
  br label %135
103:                                              ; preds = %96
  %104 = load ptr, ptr %9, align 8
  %105 = load i64, ptr %17, align 8
  %106 = getelementptr inbounds i16, ptr %104, i64 %105
  %107 = call noundef <16 x float> @_ZL4wideILi16EEDvmlLm4ET__fPKt(ptr noundef %106)
  %108 = load float, ptr %16, align 4
  %109 = fdiv float 1.000000e+00, %108
  %110 = insertelement <16 x float> poison, float %109, i64 0
  %111 = shufflevector <16 x float> %110, <16 x float> poison, <16 x i32> zeroinitializer
  %112 = fmul <16 x float> %107, %111
  store <16 x float> %112, ptr %18, align 64
  %113 = load <16 x float>, ptr %18, align 64
  %114 = call <16 x float> @llvm.rint.v16f32(<16 x float> %113)
  store <16 x float> %114, ptr %19, align 64
  %115 = getelementptr inbounds nuw %struct.Parts, ptr %7, i32 0, i32 0
  %116 = load ptr, ptr %115, align 8
  %117 = load i64, ptr %8, align 8
  %118 = getelementptr inbounds i8, ptr %116, i64 %117
  %119 = load i64, ptr %17, align 8
  %120 = getelementptr inbounds i8, ptr %118, i64 %119
  %121 = load <16 x float>, ptr %18, align 64
  call void @_ZL11put_roundedIaEvPT_Dv16_f(ptr noundef %120, <16 x float> noundef %121)
  %122 = getelementptr inbounds nuw %struct.Parts, ptr %7, i32 0, i32 1
  %123 = load ptr, ptr %122, align 8
  %124 = load i64, ptr %8, align 8
  %125 = getelementptr inbounds i8, ptr %123, i64 %124
  %126 = load i64, ptr %17, align 8
  %127 = getelementptr inbounds i8, ptr %125, i64 %126
  %128 = load <16 x float>, ptr %18, align 64
  %129 = load <16 x float>, ptr %19, align 64
  %130 = fsub <16 x float> %128, %129
  %131 = fmul <16 x float> %130, splat (float 2.540000e+02)
  call void @_ZL11put_roundedIaEvPT_Dv16_f(ptr noundef %127, <16 x float> noundef %131)
  br label %132
132:                                              ; preds = %103
  %133 = load i64, ptr %17, align 8
  %134 = add nsw i64 %133, 16
  store i64 %134, ptr %17, align 8
  br label %96, !llvm.loop !12
135:                                              ; preds = %102
  ret void
}
define linkonce_odr void @_ZN5PartsC2EPK7Productl(ptr noundef nonnull align 8 dereferenceable(32) %0, ptr noundef %1, i64 noundef %2) unnamed_addr #0 comdat align 2 {
  %4 = alloca ptr, align 8
  %5 = alloca ptr, align 8
  %6 = alloca i64, align 8
  store ptr %0, ptr %4, align 8
  store ptr %1, ptr %5, align 8
  store i64 %2, ptr %6, align 8
  %7 = load ptr, ptr %4, align 8
  %8 = load ptr, ptr %5, align 8
  %9 = getelementptr inbounds nuw %struct.Product, ptr %8, i32 0, i32 5
  %10 = load ptr, ptr %9, align 8
  %11 = load i64, ptr %6, align 8
  %12 = mul nsw i64 %11, 2
  %13 = load ptr, ptr %5, align 8
  %14 = getelementptr inbounds nuw %struct.Product, ptr %13, i32 0, i32 8
  %15 = load i64, ptr %14, align 8
  %16 = mul nsw i64 %12, %15
  %17 = getelementptr inbounds i8, ptr %10, i64 %16
  %18 = getelementptr inbounds nuw %struct.Parts, ptr %7, i32 0, i32 0
  store ptr %17, ptr %18, align 8
  %19 = getelementptr inbounds nuw %struct.Parts, ptr %7, i32 0, i32 0
  %20 = load ptr, ptr %19, align 8
  %21 = load ptr, ptr %5, align 8
  %22 = getelementptr inbounds nuw %struct.Product, ptr %21, i32 0, i32 8
  %23 = load i64, ptr %22, align 8
  %24 = getelementptr inbounds i8, ptr %20, i64 %23
  %25 = getelementptr inbounds nuw %struct.Parts, ptr %7, i32 0, i32 1
  store ptr %24, ptr %25, align 8
  %26 = load ptr, ptr %5, align 8
  %27 = getelementptr inbounds nuw %struct.Product, ptr %26, i32 0, i32 5
  %28 = load ptr, ptr %27, align 8
  %29 = load ptr, ptr %5, align 8
  %30 = getelementptr inbounds nuw %struct.Product, ptr %29, i32 0, i32 7
  %31 = load i64, ptr %30, align 8
  %32 = mul nsw i64 %31, 2
  %33 = load ptr, ptr %5, align 8
  %34 = getelementptr inbounds nuw %struct.Product, ptr %33, i32 0, i32 8
  %35 = load i64, ptr %34, align 8
  %36 = mul nsw i64 %32, %35
  %37 = getelementptr inbounds i8, ptr %28, i64 %36
  %38 = load i64, ptr %6, align 8
  %39 = getelementptr inbounds float, ptr %37, i64 %38
  %40 = getelementptr inbounds nuw %struct.Parts, ptr %7, i32 0, i32 2
  store ptr %39, ptr %40, align 8
  %41 = getelementptr inbounds nuw %struct.Parts, ptr %7, i32 0, i32 2
  %42 = load ptr, ptr %41, align 8
  %43 = load ptr, ptr %5, align 8
  %44 = getelementptr inbounds nuw %struct.Product, ptr %43, i32 0, i32 7
  %45 = load i64, ptr %44, align 8
  %46 = load ptr, ptr %5, align 8
  %47 = getelementptr inbounds nuw %struct.Product, ptr %46, i32 0, i32 11
  %48 = load i64, ptr %47, align 8
  %49 = mul nsw i64 %45, %48
  %50 = getelementptr inbounds float, ptr %42, i64 %49
  %51 = getelementptr inbounds nuw %struct.Parts, ptr %7, i32 0, i32 3
  store ptr %50, ptr %51, align 8
  ret void
}
define internal noundef <16 x float> @_ZL4wideILi16EEDvmlLm4ET__fPKt(ptr noundef %0) #7 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = call noundef <16 x i16> @_ZL4loadIDv16_tET_PKv(ptr noundef %3)
  %5 = zext <16 x i16> %4 to <16 x i32>
  %6 = shl <16 x i32> %5, splat (i32 16)
  %7 = bitcast <16 x i32> %6 to <16 x float>
  ret <16 x float> %7
}
declare <16 x float> @llvm.fabs.v16f32(<16 x float>) #8
declare float @llvm.vector.reduce.fmax.v16f32(<16 x float>) #9
define internal noundef float @_ZL5totalIDv16_fEfT_(<16 x float> noundef %0) #7 {
  %2 = alloca <16 x float>, align 64
  %3 = alloca <1 x float>, align 4
  %4 = alloca <1 x float>, align 4
  store <16 x float> %0, ptr %2, align 64
  %5 = load <16 x float>, ptr %2, align 64
  %6 = call noundef i32 @_ZL6foldedILi1EDv16_fEDaT0_(<16 x float> noundef %5)
  store i32 %6, ptr %4, align 4
  %7 = load <1 x float>, ptr %4, align 4
  store <1 x float> %7, ptr %3, align 4
  %8 = load <1 x float>, ptr %3, align 4
  %9 = extractelement <1 x float> %8, i32 0
  ret float %9
}
declare <16 x float> @llvm.rint.v16f32(<16 x float>) #8
define internal void @_ZL11put_roundedIaEvPT_Dv16_f(ptr noundef %0, <16 x float> noundef %1) #7 {
  %3 = alloca ptr, align 8
  %4 = alloca <16 x float>, align 64
  store ptr %0, ptr %3, align 8
  store <16 x float> %1, ptr %4, align 64
  %5 = load <16 x float>, ptr %4, align 64
  %6 = load <16 x float>, ptr %4, align 64
  %7 = fcmp une <16 x float> %5, %6
  %8 = sext <16 x i1> %7 to <16 x i32>
  %9 = load <16 x float>, ptr %4, align 64
  %10 = call <16 x float> @llvm.rint.v16f32(<16 x float> %9)
  %11 = icmp ne <16 x i32> %8, zeroinitializer
  %12 = select <16 x i1> %11, <16 x float> zeroinitializer, <16 x float> %10
  store <16 x float> %12, ptr %4, align 64
  %13 = load ptr, ptr %3, align 8
  %14 = load <16 x float>, ptr %4, align 64
  %15 = fptosi <16 x float> %14 to <16 x i32>
  %16 = trunc <16 x i32> %15 to <16 x i8>
  call void @_ZL3putIDv16_aEvPvT_(ptr noundef %13, <16 x i8> noundef %16)
  ret void
}
define internal noundef <16 x i16> @_ZL4loadIDv16_tET_PKv(ptr noundef %0) #10 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = getelementptr inbounds nuw %struct.Anywhere, ptr %3, i32 0, i32 0
  %5 = load <16 x i16>, ptr %4, align 1
  ret <16 x i16> %5
}
define internal noundef i32 @_ZL6foldedILi1EDv16_fEDaT0_(<16 x float> noundef %0) #7 {
  %2 = alloca <1 x float>, align 4
  %3 = alloca <16 x float>, align 64
  %4 = alloca i32, align 4
  %5 = alloca <1 x float>, align 4
  store <16 x float> %0, ptr %3, align 64
  store i32 8, ptr %4, align 4
  %6 = load <16 x float>, ptr %3, align 64
  %7 = load <16 x float>, ptr %3, align 64
  %8 = call noundef <8 x float> @_ZL10neighboursILi8EDv16_fEDaT0_S1_(<16 x float> noundef %6, <16 x float> noundef %7)
  %9 = call noundef i32 @_ZL6foldedILi1EDv8_fEDaT0_(<8 x float> noundef %8)
  store i32 %9, ptr %5, align 4
  %10 = load <1 x float>, ptr %5, align 4
  store <1 x float> %10, ptr %2, align 4
  %11 = load i32, ptr %2, align 4
  ret i32 %11
}
define internal noundef i32 @_ZL6foldedILi1EDv8_fEDaT0_(<8 x float> noundef %0) #10 {
  %2 = alloca <1 x float>, align 4
  %3 = alloca <8 x float>, align 32
  %4 = alloca i32, align 4
  %5 = alloca <1 x float>, align 4
  store <8 x float> %0, ptr %3, align 32
  store i32 4, ptr %4, align 4
  %6 = load <8 x float>, ptr %3, align 32
  %7 = load <8 x float>, ptr %3, align 32
  %8 = call noundef <4 x float> @_ZL10neighboursILi4EDv8_fEDaT0_S1_(<8 x float> noundef %6, <8 x float> noundef %7)
  %9 = call noundef i32 @_ZL6foldedILi1EDv4_fEDaT0_(<4 x float> noundef %8)
  store i32 %9, ptr %5, align 4
  %10 = load <1 x float>, ptr %5, align 4
  store <1 x float> %10, ptr %2, align 4
  %11 = load i32, ptr %2, align 4
  ret i32 %11
}
define internal noundef <8 x float> @_ZL10neighboursILi8EDv16_fEDaT0_S1_(<16 x float> noundef %0, <16 x float> noundef %1) #7 {
  %3 = alloca <16 x float>, align 64
  %4 = alloca <16 x float>, align 64
  %5 = alloca %class.anon.3, align 1
  %6 = alloca %class.anon.4, align 1
  store <16 x float> %0, ptr %3, align 64
  store <16 x float> %1, ptr %4, align 64
  %7 = load <16 x float>, ptr %3, align 64
  %8 = load <16 x float>, ptr %4, align 64
  %9 = call noundef <8 x float> @"_ZL4pickILi8EDv16_f3$_3EDaT0_S2_T1_"(<16 x float> noundef %7, <16 x float> noundef %8)
  %10 = load <16 x float>, ptr %3, align 64
  %11 = load <16 x float>, ptr %4, align 64
  %12 = call noundef <8 x float> @"_ZL4pickILi8EDv16_f3$_4EDaT0_S2_T1_"(<16 x float> noundef %10, <16 x float> noundef %11)
  %13 = fadd <8 x float> %9, %12
  ret <8 x float> %13
}
define internal noundef i32 @_ZL6foldedILi1EDv4_fEDaT0_(<4 x float> noundef %0) #11 {
  %2 = alloca <1 x float>, align 4
  %3 = alloca <4 x float>, align 16
  %4 = alloca i32, align 4
  %5 = alloca <2 x float>, align 8
  %6 = alloca <2 x float>, align 8
  %7 = alloca <1 x float>, align 4
  store <4 x float> %0, ptr %3, align 16
  store i32 2, ptr %4, align 4
  %8 = load <4 x float>, ptr %3, align 16
  %9 = load <4 x float>, ptr %3, align 16
  %10 = call noundef double @_ZL10neighboursILi2EDv4_fEDaT0_S1_(<4 x float> noundef %8, <4 x float> noundef %9)
  store double %10, ptr %5, align 8
  %11 = load <2 x float>, ptr %5, align 8
  store <2 x float> %11, ptr %6, align 8
  %12 = load double, ptr %6, align 8
  %13 = call noundef i32 @_ZL6foldedILi1EDv2_fEDaT0_(double noundef %12)
  store i32 %13, ptr %7, align 4
  %14 = load <1 x float>, ptr %7, align 4
  store <1 x float> %14, ptr %2, align 4
  %15 = load i32, ptr %2, align 4
  ret i32 %15
}
define internal noundef <4 x float> @_ZL10neighboursILi4EDv8_fEDaT0_S1_(<8 x float> noundef %0, <8 x float> noundef %1) #10 {
  %3 = alloca <8 x float>, align 32
  %4 = alloca <8 x float>, align 32
  %5 = alloca %class.anon.3, align 1
  %6 = alloca %class.anon.4, align 1
  store <8 x float> %0, ptr %3, align 32
  store <8 x float> %1, ptr %4, align 32
  %7 = load <8 x float>, ptr %3, align 32
  %8 = load <8 x float>, ptr %4, align 32
  %9 = call noundef <4 x float> @"_ZL4pickILi4EDv8_f3$_3EDaT0_S2_T1_"(<8 x float> noundef %7, <8 x float> noundef %8)
  %10 = load <8 x float>, ptr %3, align 32
  %11 = load <8 x float>, ptr %4, align 32
  %12 = call noundef <4 x float> @"_ZL4pickILi4EDv8_f3$_4EDaT0_S2_T1_"(<8 x float> noundef %10, <8 x float> noundef %11)
  %13 = fadd <4 x float> %9, %12
  ret <4 x float> %13
}
define internal noundef i32 @_ZL6foldedILi1EDv2_fEDaT0_(double noundef %0) #4 {
  %2 = alloca <1 x float>, align 4
  %3 = alloca <2 x float>, align 8
  %4 = alloca <2 x float>, align 8
  %5 = alloca i32, align 4
  %6 = alloca <2 x float>, align 8
  %7 = alloca <2 x float>, align 8
  %8 = alloca <1 x float>, align 4
  %9 = alloca <1 x float>, align 4
  %10 = alloca <1 x float>, align 4
  store double %0, ptr %3, align 8
  %11 = load <2 x float>, ptr %3, align 8
  store <2 x float> %11, ptr %4, align 8
  store i32 1, ptr %5, align 4
  %12 = load <2 x float>, ptr %4, align 8
  %13 = load <2 x float>, ptr %4, align 8
  store <2 x float> %12, ptr %6, align 8
  %14 = load double, ptr %6, align 8
  store <2 x float> %13, ptr %7, align 8
  %15 = load double, ptr %7, align 8
  %16 = call noundef i32 @_ZL10neighboursILi1EDv2_fEDaT0_S1_(double noundef %14, double noundef %15)
  store i32 %16, ptr %8, align 4
  %17 = load <1 x float>, ptr %8, align 4
  store <1 x float> %17, ptr %9, align 4
  %18 = load i32, ptr %9, align 4
  %19 = call noundef i32 @_ZL6foldedILi1EDv1_fEDaT0_(i32 noundef %18)
  store i32 %19, ptr %10, align 4
  %20 = load <1 x float>, ptr %10, align 4
  store <1 x float> %20, ptr %2, align 4
  %21 = load i32, ptr %2, align 4
  ret i32 %21
}
define internal noundef double @_ZL10neighboursILi2EDv4_fEDaT0_S1_(<4 x float> noundef %0, <4 x float> noundef %1) #11 {
  %3 = alloca <2 x float>, align 8
  %4 = alloca <4 x float>, align 16
  %5 = alloca <4 x float>, align 16
  %6 = alloca %class.anon.3, align 1
  %7 = alloca <2 x float>, align 8
  %8 = alloca %class.anon.4, align 1
  %9 = alloca <2 x float>, align 8
  store <4 x float> %0, ptr %4, align 16
  store <4 x float> %1, ptr %5, align 16
  %10 = load <4 x float>, ptr %4, align 16
  %11 = load <4 x float>, ptr %5, align 16
  %12 = call noundef double @"_ZL4pickILi2EDv4_f3$_3EDaT0_S2_T1_"(<4 x float> noundef %10, <4 x float> noundef %11)
  store double %12, ptr %7, align 8
  %13 = load <2 x float>, ptr %7, align 8
  %14 = load <4 x float>, ptr %4, align 16
  %15 = load <4 x float>, ptr %5, align 16
  %16 = call noundef double @"_ZL4pickILi2EDv4_f3$_4EDaT0_S2_T1_"(<4 x float> noundef %14, <4 x float> noundef %15)
  store double %16, ptr %9, align 8
  %17 = load <2 x float>, ptr %9, align 8
  %18 = fadd <2 x float> %13, %17
  store <2 x float> %18, ptr %3, align 8
  %19 = load double, ptr %3, align 8
  ret double %19
}
define internal noundef i32 @_ZL6foldedILi1EDv1_fEDaT0_(i32 noundef %0) #4 {
  %2 = alloca <1 x float>, align 4
  %3 = alloca <1 x float>, align 4
  %4 = alloca <1 x float>, align 4
  %5 = alloca i32, align 4
  store i32 %0, ptr %3, align 4
  %6 = load <1 x float>, ptr %3, align 4
  store <1 x float> %6, ptr %4, align 4
  store i32 0, ptr %5, align 4
  %7 = load <1 x float>, ptr %4, align 4
  store <1 x float> %7, ptr %2, align 4
  %8 = load i32, ptr %2, align 4
  ret i32 %8
}
define internal noundef i32 @_ZL10neighboursILi1EDv2_fEDaT0_S1_(double noundef %0, double noundef %1) #4 {
  %3 = alloca <1 x float>, align 4
  %4 = alloca <2 x float>, align 8
  %5 = alloca <2 x float>, align 8
  %6 = alloca <2 x float>, align 8
  %7 = alloca <2 x float>, align 8
  %8 = alloca %class.anon.3, align 1
  %9 = alloca <2 x float>, align 8
  %10 = alloca <2 x float>, align 8
  %11 = alloca <1 x float>, align 4
  %12 = alloca %class.anon.4, align 1
  %13 = alloca <2 x float>, align 8
  %14 = alloca <2 x float>, align 8
  %15 = alloca <1 x float>, align 4
  store double %0, ptr %4, align 8
  %16 = load <2 x float>, ptr %4, align 8
  store double %1, ptr %5, align 8
  %17 = load <2 x float>, ptr %5, align 8
  store <2 x float> %16, ptr %6, align 8
  store <2 x float> %17, ptr %7, align 8
  %18 = load <2 x float>, ptr %6, align 8
  %19 = load <2 x float>, ptr %7, align 8
  store <2 x float> %18, ptr %9, align 8
  %20 = load double, ptr %9, align 8
  store <2 x float> %19, ptr %10, align 8
  %21 = load double, ptr %10, align 8
  %22 = call noundef i32 @"_ZL4pickILi1EDv2_f3$_3EDaT0_S2_T1_"(double noundef %20, double noundef %21)
  store i32 %22, ptr %11, align 4
  %23 = load <1 x float>, ptr %11, align 4
  %24 = load <2 x float>, ptr %6, align 8
  %25 = load <2 x float>, ptr %7, align 8
  store <2 x float> %24, ptr %13, align 8
  %26 = load double, ptr %13, align 8
  store <2 x float> %25, ptr %14, align 8
  %27 = load double, ptr %14, align 8
  %28 = call noundef i32 @"_ZL4pickILi1EDv2_f3$_4EDaT0_S2_T1_"(double noundef %26, double noundef %27)
  store i32 %28, ptr %15, align 4
  %29 = load <1 x float>, ptr %15, align 4
  %30 = fadd <1 x float> %23, %29
  store <1 x float> %30, ptr %3, align 4
  %31 = load i32, ptr %3, align 4
  ret i32 %31
}
define internal noundef i32 @"_ZL4pickILi1EDv2_f3$_3EDaT0_S2_T1_"(double noundef %0, double noundef %1) #4 {
  %3 = alloca <1 x float>, align 4
  %4 = alloca <2 x float>, align 8
  %5 = alloca <2 x float>, align 8
  %6 = alloca %class.anon.3, align 1
  %7 = alloca <2 x float>, align 8
  %8 = alloca <2 x float>, align 8
  %9 = alloca %class.anon.3, align 1
  %10 = alloca %struct.Sequence, align 1
  %11 = alloca <2 x float>, align 8
  %12 = alloca <2 x float>, align 8
  %13 = alloca <1 x float>, align 4
  store double %0, ptr %4, align 8
  %14 = load <2 x float>, ptr %4, align 8
  store double %1, ptr %5, align 8
  %15 = load <2 x float>, ptr %5, align 8
  store <2 x float> %14, ptr %7, align 8
  store <2 x float> %15, ptr %8, align 8
  %16 = load <2 x float>, ptr %7, align 8
  %17 = load <2 x float>, ptr %8, align 8
  store <2 x float> %16, ptr %11, align 8
  %18 = load double, ptr %11, align 8
  store <2 x float> %17, ptr %12, align 8
  %19 = load double, ptr %12, align 8
  %20 = call noundef i32 @"_ZL7pick_ofIDv2_f3$_3JLi0EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(double noundef %18, double noundef %19)
  store i32 %20, ptr %13, align 4
  %21 = load <1 x float>, ptr %13, align 4
  store <1 x float> %21, ptr %3, align 4
  %22 = load i32, ptr %3, align 4
  ret i32 %22
}
define internal noundef i32 @"_ZL4pickILi1EDv2_f3$_4EDaT0_S2_T1_"(double noundef %0, double noundef %1) #4 {
  %3 = alloca <1 x float>, align 4
  %4 = alloca <2 x float>, align 8
  %5 = alloca <2 x float>, align 8
  %6 = alloca %class.anon.4, align 1
  %7 = alloca <2 x float>, align 8
  %8 = alloca <2 x float>, align 8
  %9 = alloca %class.anon.4, align 1
  %10 = alloca %struct.Sequence, align 1
  %11 = alloca <2 x float>, align 8
  %12 = alloca <2 x float>, align 8
  %13 = alloca <1 x float>, align 4
  store double %0, ptr %4, align 8
  %14 = load <2 x float>, ptr %4, align 8
  store double %1, ptr %5, align 8
  %15 = load <2 x float>, ptr %5, align 8
  store <2 x float> %14, ptr %7, align 8
  store <2 x float> %15, ptr %8, align 8
  %16 = load <2 x float>, ptr %7, align 8
  %17 = load <2 x float>, ptr %8, align 8
  store <2 x float> %16, ptr %11, align 8
  %18 = load double, ptr %11, align 8
  store <2 x float> %17, ptr %12, align 8
  %19 = load double, ptr %12, align 8
  %20 = call noundef i32 @"_ZL7pick_ofIDv2_f3$_4JLi0EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(double noundef %18, double noundef %19)
  store i32 %20, ptr %13, align 4
  %21 = load <1 x float>, ptr %13, align 4
  store <1 x float> %21, ptr %3, align 4
  %22 = load i32, ptr %3, align 4
  ret i32 %22
}
define internal noundef i32 @"_ZL7pick_ofIDv2_f3$_3JLi0EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(double noundef %0, double noundef %1) #4 {
  %3 = alloca <1 x float>, align 4
  %4 = alloca <2 x float>, align 8
  %5 = alloca <2 x float>, align 8
  %6 = alloca %class.anon.3, align 1
  %7 = alloca %struct.Sequence, align 1
  %8 = alloca <2 x float>, align 8
  %9 = alloca <2 x float>, align 8
  store double %0, ptr %4, align 8
  %10 = load <2 x float>, ptr %4, align 8
  store double %1, ptr %5, align 8
  %11 = load <2 x float>, ptr %5, align 8
  store <2 x float> %10, ptr %8, align 8
  store <2 x float> %11, ptr %9, align 8
  %12 = load <2 x float>, ptr %8, align 8
  %13 = load <2 x float>, ptr %9, align 8
  %14 = shufflevector <2 x float> %12, <2 x float> %13, <1 x i32> zeroinitializer
  store <1 x float> %14, ptr %3, align 4
  %15 = load i32, ptr %3, align 4
  ret i32 %15
}
define internal noundef i32 @"_ZL7pick_ofIDv2_f3$_4JLi0EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(double noundef %0, double noundef %1) #4 {
  %3 = alloca <1 x float>, align 4
  %4 = alloca <2 x float>, align 8
  %5 = alloca <2 x float>, align 8
  %6 = alloca %class.anon.4, align 1
  %7 = alloca %struct.Sequence, align 1
  %8 = alloca <2 x float>, align 8
  %9 = alloca <2 x float>, align 8
  store double %0, ptr %4, align 8
  %10 = load <2 x float>, ptr %4, align 8
  store double %1, ptr %5, align 8
  %11 = load <2 x float>, ptr %5, align 8
  store <2 x float> %10, ptr %8, align 8
  store <2 x float> %11, ptr %9, align 8
  %12 = load <2 x float>, ptr %8, align 8
  %13 = load <2 x float>, ptr %9, align 8
  %14 = shufflevector <2 x float> %12, <2 x float> %13, <1 x i32> <i32 1>
  store <1 x float> %14, ptr %3, align 4
  %15 = load i32, ptr %3, align 4
  ret i32 %15
}
define internal noundef double @"_ZL4pickILi2EDv4_f3$_3EDaT0_S2_T1_"(<4 x float> noundef %0, <4 x float> noundef %1) #11 {
  %3 = alloca <2 x float>, align 8
  %4 = alloca %class.anon.3, align 1
  %5 = alloca <4 x float>, align 16
  %6 = alloca <4 x float>, align 16
  %7 = alloca %class.anon.3, align 1
  %8 = alloca %struct.Sequence.6, align 1
  %9 = alloca <2 x float>, align 8
  store <4 x float> %0, ptr %5, align 16
  store <4 x float> %1, ptr %6, align 16
  %10 = load <4 x float>, ptr %5, align 16
  %11 = load <4 x float>, ptr %6, align 16
  %12 = call noundef double @"_ZL7pick_ofIDv4_f3$_3JLi0ELi1EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<4 x float> noundef %10, <4 x float> noundef %11)
  store double %12, ptr %9, align 8
  %13 = load <2 x float>, ptr %9, align 8
  store <2 x float> %13, ptr %3, align 8
  %14 = load double, ptr %3, align 8
  ret double %14
}
define internal noundef double @"_ZL4pickILi2EDv4_f3$_4EDaT0_S2_T1_"(<4 x float> noundef %0, <4 x float> noundef %1) #11 {
  %3 = alloca <2 x float>, align 8
  %4 = alloca %class.anon.4, align 1
  %5 = alloca <4 x float>, align 16
  %6 = alloca <4 x float>, align 16
  %7 = alloca %class.anon.4, align 1
  %8 = alloca %struct.Sequence.6, align 1
  %9 = alloca <2 x float>, align 8
  store <4 x float> %0, ptr %5, align 16
  store <4 x float> %1, ptr %6, align 16
  %10 = load <4 x float>, ptr %5, align 16
  %11 = load <4 x float>, ptr %6, align 16
  %12 = call noundef double @"_ZL7pick_ofIDv4_f3$_4JLi0ELi1EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<4 x float> noundef %10, <4 x float> noundef %11)
  store double %12, ptr %9, align 8
  %13 = load <2 x float>, ptr %9, align 8
  store <2 x float> %13, ptr %3, align 8
  %14 = load double, ptr %3, align 8
  ret double %14
}
define internal noundef double @"_ZL7pick_ofIDv4_f3$_3JLi0ELi1EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<4 x float> noundef %0, <4 x float> noundef %1) #11 {
  %3 = alloca <2 x float>, align 8
  %4 = alloca %class.anon.3, align 1
  %5 = alloca %struct.Sequence.6, align 1
  %6 = alloca <4 x float>, align 16
  %7 = alloca <4 x float>, align 16
  store <4 x float> %0, ptr %6, align 16
  store <4 x float> %1, ptr %7, align 16
  %8 = load <4 x float>, ptr %6, align 16
  %9 = load <4 x float>, ptr %7, align 16
  %10 = shufflevector <4 x float> %8, <4 x float> %9, <2 x i32> <i32 0, i32 2>
  store <2 x float> %10, ptr %3, align 8
  %11 = load double, ptr %3, align 8
  ret double %11
}
define internal noundef double @"_ZL7pick_ofIDv4_f3$_4JLi0ELi1EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<4 x float> noundef %0, <4 x float> noundef %1) #11 {
  %3 = alloca <2 x float>, align 8
  %4 = alloca %class.anon.4, align 1
  %5 = alloca %struct.Sequence.6, align 1
  %6 = alloca <4 x float>, align 16
  %7 = alloca <4 x float>, align 16
  store <4 x float> %0, ptr %6, align 16
  store <4 x float> %1, ptr %7, align 16
  %8 = load <4 x float>, ptr %6, align 16
  %9 = load <4 x float>, ptr %7, align 16
  %10 = shufflevector <4 x float> %8, <4 x float> %9, <2 x i32> <i32 1, i32 3>
  store <2 x float> %10, ptr %3, align 8
  %11 = load double, ptr %3, align 8
  ret double %11
}
define internal noundef <4 x float> @"_ZL4pickILi4EDv8_f3$_3EDaT0_S2_T1_"(<8 x float> noundef %0, <8 x float> noundef %1) #10 {
  %3 = alloca %class.anon.3, align 1
  %4 = alloca <8 x float>, align 32
  %5 = alloca <8 x float>, align 32
  %6 = alloca %class.anon.3, align 1
  %7 = alloca %struct.Sequence.7, align 1
  store <8 x float> %0, ptr %4, align 32
  store <8 x float> %1, ptr %5, align 32
  %8 = load <8 x float>, ptr %4, align 32
  %9 = load <8 x float>, ptr %5, align 32
  %10 = call noundef <4 x float> @"_ZL7pick_ofIDv8_f3$_3JLi0ELi1ELi2ELi3EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<8 x float> noundef %8, <8 x float> noundef %9)
  ret <4 x float> %10
}
define internal noundef <4 x float> @"_ZL4pickILi4EDv8_f3$_4EDaT0_S2_T1_"(<8 x float> noundef %0, <8 x float> noundef %1) #10 {
  %3 = alloca %class.anon.4, align 1
  %4 = alloca <8 x float>, align 32
  %5 = alloca <8 x float>, align 32
  %6 = alloca %class.anon.4, align 1
  %7 = alloca %struct.Sequence.7, align 1
  store <8 x float> %0, ptr %4, align 32
  store <8 x float> %1, ptr %5, align 32
  %8 = load <8 x float>, ptr %4, align 32
  %9 = load <8 x float>, ptr %5, align 32
  %10 = call noundef <4 x float> @"_ZL7pick_ofIDv8_f3$_4JLi0ELi1ELi2ELi3EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<8 x float> noundef %8, <8 x float> noundef %9)
  ret <4 x float> %10
}
define internal noundef <4 x float> @"_ZL7pick_ofIDv8_f3$_3JLi0ELi1ELi2ELi3EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<8 x float> noundef %0, <8 x float> noundef %1) #10 {
  %3 = alloca %class.anon.3, align 1
  %4 = alloca %struct.Sequence.7, align 1
  %5 = alloca <8 x float>, align 32
  %6 = alloca <8 x float>, align 32
  store <8 x float> %0, ptr %5, align 32
  store <8 x float> %1, ptr %6, align 32
  %7 = load <8 x float>, ptr %5, align 32
  %8 = load <8 x float>, ptr %6, align 32
  %9 = shufflevector <8 x float> %7, <8 x float> %8, <4 x i32> <i32 0, i32 2, i32 4, i32 6>
  ret <4 x float> %9
}
define internal noundef <4 x float> @"_ZL7pick_ofIDv8_f3$_4JLi0ELi1ELi2ELi3EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<8 x float> noundef %0, <8 x float> noundef %1) #10 {
  %3 = alloca %class.anon.4, align 1
  %4 = alloca %struct.Sequence.7, align 1
  %5 = alloca <8 x float>, align 32
  %6 = alloca <8 x float>, align 32
  store <8 x float> %0, ptr %5, align 32
  store <8 x float> %1, ptr %6, align 32
  %7 = load <8 x float>, ptr %5, align 32
  %8 = load <8 x float>, ptr %6, align 32
  %9 = shufflevector <8 x float> %7, <8 x float> %8, <4 x i32> <i32 1, i32 3, i32 5, i32 7>
  ret <4 x float> %9
}
define internal noundef <8 x float> @"_ZL4pickILi8EDv16_f3$_3EDaT0_S2_T1_"(<16 x float> noundef %0, <16 x float> noundef %1) #7 {
  %3 = alloca %class.anon.3, align 1
  %4 = alloca <16 x float>, align 64
  %5 = alloca <16 x float>, align 64
  %6 = alloca %class.anon.3, align 1
  %7 = alloca %struct.Sequence.8, align 1
  store <16 x float> %0, ptr %4, align 64
  store <16 x float> %1, ptr %5, align 64
  %8 = load <16 x float>, ptr %4, align 64
  %9 = load <16 x float>, ptr %5, align 64
  %10 = call noundef <8 x float> @"_ZL7pick_ofIDv16_f3$_3JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<16 x float> noundef %8, <16 x float> noundef %9)
  ret <8 x float> %10
}
define internal noundef <8 x float> @"_ZL4pickILi8EDv16_f3$_4EDaT0_S2_T1_"(<16 x float> noundef %0, <16 x float> noundef %1) #7 {
  %3 = alloca %class.anon.4, align 1
  %4 = alloca <16 x float>, align 64
  %5 = alloca <16 x float>, align 64
  %6 = alloca %class.anon.4, align 1
  %7 = alloca %struct.Sequence.8, align 1
  store <16 x float> %0, ptr %4, align 64
  store <16 x float> %1, ptr %5, align 64
  %8 = load <16 x float>, ptr %4, align 64
  %9 = load <16 x float>, ptr %5, align 64
  %10 = call noundef <8 x float> @"_ZL7pick_ofIDv16_f3$_4JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<16 x float> noundef %8, <16 x float> noundef %9)
  ret <8 x float> %10
}
define internal noundef <8 x float> @"_ZL7pick_ofIDv16_f3$_3JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<16 x float> noundef %0, <16 x float> noundef %1) #7 {
  %3 = alloca %class.anon.3, align 1
  %4 = alloca %struct.Sequence.8, align 1
  %5 = alloca <16 x float>, align 64
  %6 = alloca <16 x float>, align 64
  store <16 x float> %0, ptr %5, align 64
  store <16 x float> %1, ptr %6, align 64
  %7 = load <16 x float>, ptr %5, align 64
  %8 = load <16 x float>, ptr %6, align 64
  %9 = shufflevector <16 x float> %7, <16 x float> %8, <8 x i32> <i32 0, i32 2, i32 4, i32 6, i32 8, i32 10, i32 12, i32 14>
  ret <8 x float> %9
}
define internal noundef <8 x float> @"_ZL7pick_ofIDv16_f3$_4JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<16 x float> noundef %0, <16 x float> noundef %1) #7 {
  %3 = alloca %class.anon.4, align 1
  %4 = alloca %struct.Sequence.8, align 1
  %5 = alloca <16 x float>, align 64
  %6 = alloca <16 x float>, align 64
  store <16 x float> %0, ptr %5, align 64
  store <16 x float> %1, ptr %6, align 64
  %7 = load <16 x float>, ptr %5, align 64
  %8 = load <16 x float>, ptr %6, align 64
  %9 = shufflevector <16 x float> %7, <16 x float> %8, <8 x i32> <i32 1, i32 3, i32 5, i32 7, i32 9, i32 11, i32 13, i32 15>
  ret <8 x float> %9
}
define internal void @_ZL3putIDv16_aEvPvT_(ptr noundef %0, <16 x i8> noundef %1) #11 {
  %3 = alloca ptr, align 8
  %4 = alloca <16 x i8>, align 16
  store ptr %0, ptr %3, align 8
  store <16 x i8> %1, ptr %4, align 16
  %5 = load <16 x i8>, ptr %4, align 16
  %6 = load ptr, ptr %3, align 8
  %7 = getelementptr inbounds nuw %struct.Anywhere.9, ptr %6, i32 0, i32 0
  store <16 x i8> %5, ptr %7, align 1
  ret void
}
define internal noundef i64 @_ZL5leastll(i64 noundef %0, i64 noundef %1) #4 {
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
declare void @GOMP_barrier() #1
define internal void @"_ZZL8multiplyIZ4int4E3$_0EvP7ProductlPA4_Dv16_fT_ENKUllE0_clEl"(ptr noundef nonnull align 8 dereferenceable(32) %0, i64 noundef %1) #4 align 2 {
  %3 = alloca ptr, align 8
  %4 = alloca i64, align 8
  %5 = alloca i64, align 8
  %6 = alloca i32, align 4
  %7 = alloca i64, align 8
  %8 = alloca i64, align 8
  store ptr %0, ptr %3, align 8
  store i64 %1, ptr %4, align 8
  %9 = load ptr, ptr %3, align 8
  store i64 0, ptr %5, align 8
  br label %10
10:                                               ; preds = %67, %2
  %11 = load i64, ptr %5, align 8
  %12 = getelementptr inbounds nuw %class.anon.2, ptr %9, i32 0, i32 0
  %13 = load ptr, ptr %12, align 8, !nonnull !13, !align !14
  %14 = load ptr, ptr %13, align 8
  %15 = getelementptr inbounds nuw %struct.Product, ptr %14, i32 0, i32 7
  %16 = load i64, ptr %15, align 8
  %17 = icmp slt i64 %11, %16
  br i1 %17, label %19, label %18
18:                                               ; preds = %10
  store i32 2, ptr %6, align 4
  br label %73
19:                                               ; preds = %10
  %20 = load i64, ptr %5, align 8
  %21 = getelementptr inbounds nuw %class.anon.2, ptr %9, i32 0, i32 1
  %22 = load ptr, ptr %21, align 8, !nonnull !13, !align !14
  %23 = load i64, ptr %22, align 8
  %24 = add nsw i64 %20, %23
  %25 = getelementptr inbounds nuw %class.anon.2, ptr %9, i32 0, i32 0
  %26 = load ptr, ptr %25, align 8, !nonnull !13, !align !14
  %27 = load ptr, ptr %26, align 8
  %28 = getelementptr inbounds nuw %struct.Product, ptr %27, i32 0, i32 7
  %29 = load i64, ptr %28, align 8
  %30 = call noundef i64 @_ZL5leastll(i64 noundef %24, i64 noundef %29)
  store i64 %30, ptr %7, align 8
  %31 = getelementptr inbounds nuw %class.anon.2, ptr %9, i32 0, i32 2
  %32 = load ptr, ptr %31, align 8, !nonnull !13, !align !14
  %33 = load ptr, ptr %32, align 8
  %34 = load i64, ptr %7, align 8
  %35 = load i64, ptr %5, align 8
  %36 = sub nsw i64 %34, %35
  %37 = mul i64 %36, 256
  call void @llvm.memset.p0.i64(ptr align 64 %33, i8 0, i64 %37, i1 false)
  %38 = getelementptr inbounds nuw %class.anon.2, ptr %9, i32 0, i32 3
  %39 = load ptr, ptr %38, align 8, !nonnull !13, !align !14
  %40 = load i64, ptr %4, align 8
  %41 = load i64, ptr %5, align 8
  %42 = load i64, ptr %7, align 8
  call void @"_ZZ4int4ENK3$_0clElll"(ptr noundef nonnull align 8 dereferenceable(24) %39, i64 noundef %40, i64 noundef %41, i64 noundef %42)
  %43 = load i64, ptr %5, align 8
  store i64 %43, ptr %8, align 8
  br label %44
44:                                               ; preds = %63, %19
  %45 = load i64, ptr %8, align 8
  %46 = load i64, ptr %7, align 8
  %47 = icmp slt i64 %45, %46
  br i1 %47, label %49, label %48
48:                                               ; preds = %44
  store i32 5, ptr %6, align 4
  br label %66
49:                                               ; preds = %44
  %50 = getelementptr inbounds nuw %class.anon.2, ptr %9, i32 0, i32 0
  %51 = load ptr, ptr %50, align 8, !nonnull !13, !align !14
  %52 = load ptr, ptr %51, align 8
  %53 = load i64, ptr %8, align 8
  %54 = load i64, ptr %4, align 8
  %55 = getelementptr inbounds nuw %class.anon.2, ptr %9, i32 0, i32 2
  %56 = load ptr, ptr %55, align 8, !nonnull !13, !align !14
  %57 = load ptr, ptr %56, align 8
  %58 = load i64, ptr %8, align 8
  %59 = load i64, ptr %5, align 8
  %60 = sub nsw i64 %58, %59
  %61 = getelementptr inbounds [4 x <16 x float>], ptr %57, i64 %60
  %62 = getelementptr inbounds [4 x <16 x float>], ptr %61, i64 0, i64 0
  call void @_ZL5writePK7ProductllPKDv16_f(ptr noundef %52, i64 noundef %53, i64 noundef %54, ptr noundef %62)
  br label %63
63:                                               ; preds = %49
  %64 = load i64, ptr %8, align 8
  %65 = add nsw i64 %64, 1
  store i64 %65, ptr %8, align 8
  br label %44, !llvm.loop !15
66:                                               ; preds = %48
  br label %67
67:                                               ; preds = %66
  %68 = getelementptr inbounds nuw %class.anon.2, ptr %9, i32 0, i32 1
  %69 = load ptr, ptr %68, align 8, !nonnull !13, !align !14
  %70 = load i64, ptr %69, align 8
  %71 = load i64, ptr %5, align 8
  %72 = add nsw i64 %71, %70
  store i64 %72, ptr %5, align 8
  br label %10, !llvm.loop !16
73:                                               ; preds = %18
  ret void
}
define internal void @"_ZZ4int4ENK3$_0clElll"(ptr noundef nonnull align 8 dereferenceable(24) %0, i64 noundef %1, i64 noundef %2, i64 noundef %3) #4 align 2 {
  %5 = alloca ptr, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  %8 = alloca i64, align 8
  %9 = alloca i64, align 8
  store ptr %0, ptr %5, align 8
  store i64 %1, ptr %6, align 8
  store i64 %2, ptr %7, align 8
  store i64 %3, ptr %8, align 8
  %10 = load ptr, ptr %5, align 8
  store i64 0, ptr %9, align 8
  br label %11
11:                                               ; preds = %32, %4
  %12 = load i64, ptr %9, align 8
  %13 = getelementptr inbounds nuw %class.anon, ptr %10, i32 0, i32 0
  %14 = load ptr, ptr %13, align 8, !nonnull !13, !align !14
  %15 = load ptr, ptr %14, align 8
  %16 = getelementptr inbounds nuw %struct.Product, ptr %15, i32 0, i32 11
  %17 = load i64, ptr %16, align 8
  %18 = icmp slt i64 %12, %17
  br i1 %18, label %20, label %19
19:                                               ; preds = %11
  br label %35
20:                                               ; preds = %11
  %21 = getelementptr inbounds nuw %class.anon, ptr %10, i32 0, i32 1
  %22 = load ptr, ptr %21, align 8, !nonnull !13, !align !17
  %23 = load i64, ptr %6, align 8
  %24 = load i64, ptr %9, align 8
  call void @_ZL10read_groupR5Groupllb(ptr noundef nonnull align 64 dereferenceable(576) %22, i64 noundef %23, i64 noundef %24, i1 noundef zeroext false)
  %25 = getelementptr inbounds nuw %class.anon, ptr %10, i32 0, i32 1
  %26 = load ptr, ptr %25, align 8, !nonnull !13, !align !17
  %27 = load i64, ptr %7, align 8
  %28 = load i64, ptr %8, align 8
  %29 = getelementptr inbounds nuw %class.anon, ptr %10, i32 0, i32 2
  %30 = load ptr, ptr %29, align 8, !nonnull !13, !align !17
  %31 = getelementptr inbounds [48 x [4 x <16 x float>]], ptr %30, i64 0, i64 0
  call void @_ZL3addILb0ELi3EEvRK5GroupllPA4_Dv16_f(ptr noundef nonnull align 64 dereferenceable(576) %26, i64 noundef %27, i64 noundef %28, ptr noundef %31)
  br label %32
32:                                               ; preds = %20
  %33 = load i64, ptr %9, align 8
  %34 = add nsw i64 %33, 1
  store i64 %34, ptr %9, align 8
  br label %11, !llvm.loop !18
35:                                               ; preds = %19
  ret void
}
define internal void @_ZL5writePK7ProductllPKDv16_f(ptr noundef %0, i64 noundef %1, i64 noundef %2, ptr noundef %3) #7 {
  %5 = alloca ptr, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  %8 = alloca ptr, align 8
  %9 = alloca i32, align 4
  %10 = alloca i64, align 8
  %11 = alloca <16 x float>, align 64
  store ptr %0, ptr %5, align 8
  store i64 %1, ptr %6, align 8
  store i64 %2, ptr %7, align 8
  store ptr %3, ptr %8, align 8
  store i32 0, ptr %9, align 4
  br label %12
12:                                               ; preds = %47, %4
  %13 = load i32, ptr %9, align 4
  %14 = icmp slt i32 %13, 64
  br i1 %14, label %16, label %15
15:                                               ; preds = %12
  br label %50
16:                                               ; preds = %12
  %17 = load i64, ptr %7, align 8
  %18 = mul nsw i64 %17, 64
  %19 = load i32, ptr %9, align 4
  %20 = call noundef i32 @_Z9column_ofi(i32 noundef %19)
  %21 = sext i32 %20 to i64
  %22 = add nsw i64 %18, %21
  store i64 %22, ptr %10, align 8
  %23 = load ptr, ptr %8, align 8
  %24 = load i32, ptr %9, align 4
  %25 = sext i32 %24 to i64
  %26 = getelementptr inbounds float, ptr %23, i64 %25
  %27 = call noundef <16 x float> @_ZL4loadIDv16_fET_PKv(ptr noundef %26)
  store <16 x float> %27, ptr %11, align 64
  %28 = load ptr, ptr %5, align 8
  %29 = getelementptr inbounds nuw %struct.Product, ptr %28, i32 0, i32 4
  %30 = load ptr, ptr %29, align 8
  %31 = load i64, ptr %6, align 8
  %32 = load ptr, ptr %5, align 8
  %33 = getelementptr inbounds nuw %struct.Product, ptr %32, i32 0, i32 9
  %34 = load i64, ptr %33, align 8
  %35 = mul nsw i64 %31, %34
  %36 = getelementptr inbounds i16, ptr %30, i64 %35
  %37 = load i64, ptr %10, align 8
  %38 = getelementptr inbounds i16, ptr %36, i64 %37
  %39 = load <16 x float>, ptr %11, align 64
  %40 = load ptr, ptr %5, align 8
  %41 = getelementptr inbounds nuw %struct.Product, ptr %40, i32 0, i32 2
  %42 = load ptr, ptr %41, align 8
  %43 = load i64, ptr %10, align 8
  %44 = getelementptr inbounds i16, ptr %42, i64 %43
  %45 = call noundef <16 x float> @_ZL4wideILi16EEDvmlLm4ET__fPKt(ptr noundef %44)
  %46 = fadd <16 x float> %39, %45
  call void @_ZL8round_toIDv16_fEvPtT_(ptr noundef %38, <16 x float> noundef %46)
  br label %47
47:                                               ; preds = %16
  %48 = load i32, ptr %9, align 4
  %49 = add nsw i32 %48, 16
  store i32 %49, ptr %9, align 4
  br label %12, !llvm.loop !19
50:                                               ; preds = %15
  ret void
}
define internal void @_ZL10read_groupR5Groupllb(ptr noundef nonnull align 64 dereferenceable(576) %0, i64 noundef %1, i64 noundef %2, i1 noundef zeroext %3) #4 {
  %5 = alloca ptr, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  %8 = alloca i8, align 1
  %9 = alloca i64, align 8
  store ptr %0, ptr %5, align 8
  store i64 %1, ptr %6, align 8
  store i64 %2, ptr %7, align 8
  %10 = zext i1 %3 to i8
  store i8 %10, ptr %8, align 1
  %11 = load i64, ptr %7, align 8
  %12 = load ptr, ptr %5, align 8, !nonnull !13, !align !17
  %13 = getelementptr inbounds nuw %struct.Group, ptr %12, i32 0, i32 1
  store i64 %11, ptr %13, align 8
  %14 = load ptr, ptr %5, align 8, !nonnull !13, !align !17
  %15 = getelementptr inbounds nuw %struct.Group, ptr %14, i32 0, i32 0
  %16 = load ptr, ptr %15, align 64
  %17 = getelementptr inbounds nuw %struct.Product, ptr %16, i32 0, i32 0
  %18 = load ptr, ptr %17, align 8
  %19 = load i64, ptr %6, align 8
  %20 = load ptr, ptr %5, align 8, !nonnull !13, !align !17
  %21 = getelementptr inbounds nuw %struct.Group, ptr %20, i32 0, i32 0
  %22 = load ptr, ptr %21, align 64
  %23 = getelementptr inbounds nuw %struct.Product, ptr %22, i32 0, i32 8
  %24 = load i64, ptr %23, align 8
  %25 = mul nsw i64 %19, %24
  %26 = load i64, ptr %7, align 8
  %27 = load ptr, ptr %5, align 8, !nonnull !13, !align !17
  %28 = getelementptr inbounds nuw %struct.Group, ptr %27, i32 0, i32 0
  %29 = load ptr, ptr %28, align 64
  %30 = getelementptr inbounds nuw %struct.Product, ptr %29, i32 0, i32 10
  %31 = load i64, ptr %30, align 8
  %32 = mul nsw i64 %26, %31
  %33 = add nsw i64 %25, %32
  %34 = mul nsw i64 %33, 32
  %35 = getelementptr inbounds i8, ptr %18, i64 %34
  %36 = load ptr, ptr %5, align 8, !nonnull !13, !align !17
  %37 = getelementptr inbounds nuw %struct.Group, ptr %36, i32 0, i32 2
  store ptr %35, ptr %37, align 16
  %38 = load ptr, ptr %5, align 8, !nonnull !13, !align !17
  %39 = getelementptr inbounds nuw %struct.Group, ptr %38, i32 0, i32 0
  %40 = load ptr, ptr %39, align 64
  %41 = load i64, ptr %6, align 8
  %42 = load i64, ptr %7, align 8
  %43 = load ptr, ptr %5, align 8, !nonnull !13, !align !17
  %44 = getelementptr inbounds nuw %struct.Group, ptr %43, i32 0, i32 4
  %45 = getelementptr inbounds [4 x %struct.Affine], ptr %44, i64 0, i64 0
  call void @_ZL11read_affinePK7ProductllP6Affine(ptr noundef %40, i64 noundef %41, i64 noundef %42, ptr noundef %45)
  store i64 0, ptr %9, align 8
  br label %46
46:                                               ; preds = %74, %4
  %47 = load i8, ptr %8, align 1, !range !21, !noundef !13
  %48 = trunc i8 %47 to i1
  br i1 %48, label %49, label %57
49:                                               ; preds = %46
  %50 = load i64, ptr %9, align 8
  %51 = load ptr, ptr %5, align 8, !nonnull !13, !align !17
  %52 = getelementptr inbounds nuw %struct.Group, ptr %51, i32 0, i32 0
  %53 = load ptr, ptr %52, align 64
  %54 = getelementptr inbounds nuw %struct.Product, ptr %53, i32 0, i32 10
  %55 = load i64, ptr %54, align 8
  %56 = icmp slt i64 %50, %55
  br label %57
57:                                               ; preds = %49, %46
  %58 = phi i1 [ false, %46 ], [ %56, %49 ]
  br i1 %58, label %60, label %59
59:                                               ; preds = %57
  br label %77
60:                                               ; preds = %57
  %61 = load ptr, ptr %5, align 8, !nonnull !13, !align !17
  %62 = getelementptr inbounds nuw %struct.Group, ptr %61, i32 0, i32 2
  %63 = load ptr, ptr %62, align 16
  %64 = load i64, ptr %9, align 8
  %65 = mul nsw i64 32, %64
  %66 = getelementptr inbounds i8, ptr %63, i64 %65
  %67 = load ptr, ptr %5, align 8, !nonnull !13, !align !17
  %68 = getelementptr inbounds nuw %struct.Group, ptr %67, i32 0, i32 3
  %69 = load ptr, ptr %68, align 8
  %70 = load i64, ptr %9, align 8
  %71 = sdiv i64 %70, 4
  %72 = mul nsw i64 %71, 4
  %73 = getelementptr inbounds <64 x i8>, ptr %69, i64 %72
  call void @_ZL10unpack_allILi0EEvPKhPDv64_a(ptr noundef %66, ptr noundef %73)
  br label %74
74:                                               ; preds = %60
  %75 = load i64, ptr %9, align 8
  %76 = add nsw i64 %75, 4
  store i64 %76, ptr %9, align 8
  br label %46, !llvm.loop !22
77:                                               ; preds = %59
  ret void
}
define internal void @_ZL3addILb0ELi3EEvRK5GroupllPA4_Dv16_f(ptr noundef nonnull align 64 dereferenceable(576) %0, i64 noundef %1, i64 noundef %2, ptr noundef %3) #4 {
  %5 = alloca ptr, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  %8 = alloca ptr, align 8
  %9 = alloca %struct.Parts, align 8
  store ptr %0, ptr %5, align 8
  store i64 %1, ptr %6, align 8
  store i64 %2, ptr %7, align 8
  store ptr %3, ptr %8, align 8
  br label %10
10:                                               ; preds = %22, %4
  %11 = load i64, ptr %6, align 8
  %12 = add nsw i64 %11, 3
  %13 = load i64, ptr %7, align 8
  %14 = icmp sle i64 %12, %13
  br i1 %14, label %15, label %27
15:                                               ; preds = %10
  %16 = load ptr, ptr %5, align 8, !nonnull !13, !align !17
  %17 = load ptr, ptr %5, align 8, !nonnull !13, !align !17
  %18 = getelementptr inbounds nuw %struct.Group, ptr %17, i32 0, i32 0
  %19 = load ptr, ptr %18, align 64
  %20 = load i64, ptr %6, align 8
  call void @_ZN5PartsC2EPK7Productl(ptr noundef nonnull align 8 dereferenceable(32) %9, ptr noundef %19, i64 noundef %20)
  %21 = load ptr, ptr %8, align 8
  call void @_ZL8add_rowsILb0ELi3ELi0EEvRK5GroupRK5PartsPA4_Dv16_f(ptr noundef nonnull align 64 dereferenceable(576) %16, ptr noundef nonnull align 8 dereferenceable(32) %9, ptr noundef %21)
  br label %22
22:                                               ; preds = %15
  %23 = load i64, ptr %6, align 8
  %24 = add nsw i64 %23, 3
  store i64 %24, ptr %6, align 8
  %25 = load ptr, ptr %8, align 8
  %26 = getelementptr inbounds [4 x <16 x float>], ptr %25, i64 3
  store ptr %26, ptr %8, align 8
  br label %10, !llvm.loop !23
27:                                               ; preds = %10
  %28 = load ptr, ptr %5, align 8, !nonnull !13, !align !17
  %29 = load i64, ptr %6, align 8
  %30 = load i64, ptr %7, align 8
  %31 = load ptr, ptr %8, align 8
  call void @_ZL3addILb0ELi2EEvRK5GroupllPA4_Dv16_f(ptr noundef nonnull align 64 dereferenceable(576) %28, i64 noundef %29, i64 noundef %30, ptr noundef %31)
  ret void
}
define internal void @_ZL11read_affinePK7ProductllP6Affine(ptr noundef %0, i64 noundef %1, i64 noundef %2, ptr noundef %3) #7 {
  %5 = alloca ptr, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  %8 = alloca ptr, align 8
  %9 = alloca ptr, align 8
  %10 = alloca i8, align 1
  %11 = alloca i64, align 8
  %12 = alloca i32, align 4
  %13 = alloca i32, align 4
  %14 = alloca i32, align 4
  %15 = alloca i32, align 4
  %16 = alloca <8 x i32>, align 32
  %17 = alloca <8 x i32>, align 32
  %18 = alloca <16 x i32>, align 64
  %19 = alloca %class.anon.10, align 1
  store ptr %0, ptr %5, align 8
  store i64 %1, ptr %6, align 8
  store i64 %2, ptr %7, align 8
  store ptr %3, ptr %8, align 8
  %20 = load ptr, ptr %5, align 8
  %21 = getelementptr inbounds nuw %struct.Product, ptr %20, i32 0, i32 1
  %22 = load ptr, ptr %21, align 8
  %23 = load i64, ptr %7, align 8
  %24 = load ptr, ptr %5, align 8
  %25 = getelementptr inbounds nuw %struct.Product, ptr %24, i32 0, i32 9
  %26 = load i64, ptr %25, align 8
  %27 = mul nsw i64 %23, %26
  %28 = getelementptr inbounds i32, ptr %22, i64 %27
  %29 = load i64, ptr %6, align 8
  %30 = mul nsw i64 %29, 64
  %31 = getelementptr inbounds i32, ptr %28, i64 %30
  store ptr %31, ptr %9, align 8
  %32 = load i64, ptr %7, align 8
  %33 = add nsw i64 %32, 4
  %34 = load ptr, ptr %5, align 8
  %35 = getelementptr inbounds nuw %struct.Product, ptr %34, i32 0, i32 11
  %36 = load i64, ptr %35, align 8
  %37 = icmp sge i64 %33, %36
  %38 = zext i1 %37 to i8
  store i8 %38, ptr %10, align 1
  %39 = load i8, ptr %10, align 1, !range !21, !noundef !13
  %40 = trunc i8 %39 to i1
  br i1 %40, label %41, label %51
41:                                               ; preds = %4
  %42 = load ptr, ptr %5, align 8
  %43 = getelementptr inbounds nuw %struct.Product, ptr %42, i32 0, i32 11
  %44 = load i64, ptr %43, align 8
  %45 = sub nsw i64 4, %44
  %46 = load ptr, ptr %5, align 8
  %47 = getelementptr inbounds nuw %struct.Product, ptr %46, i32 0, i32 9
  %48 = load i64, ptr %47, align 8
  %49 = mul nsw i64 %45, %48
  %50 = add nsw i64 %49, 64
  br label %56
51:                                               ; preds = %4
  %52 = load ptr, ptr %5, align 8
  %53 = getelementptr inbounds nuw %struct.Product, ptr %52, i32 0, i32 9
  %54 = load i64, ptr %53, align 8
  %55 = mul nsw i64 4, %54
  br label %56
56:                                               ; preds = %51, %41
  %57 = phi i64 [ %50, %41 ], [ %55, %51 ]
  store i64 %57, ptr %11, align 8
  store i32 0, ptr %12, align 4
  br label %58
58:                                               ; preds = %69, %56
  %59 = load i32, ptr %12, align 4
  %60 = icmp slt i32 %59, 64
  br i1 %60, label %62, label %61
61:                                               ; preds = %58
  br label %72
62:                                               ; preds = %58
  %63 = load ptr, ptr %9, align 8
  %64 = load i64, ptr %11, align 8
  %65 = getelementptr inbounds i32, ptr %63, i64 %64
  %66 = load i32, ptr %12, align 4
  %67 = sext i32 %66 to i64
  %68 = getelementptr inbounds i32, ptr %65, i64 %67
  call void @llvm.prefetch.p0(ptr %68, i32 0, i32 3, i32 1)
  br label %69
69:                                               ; preds = %62
  %70 = load i32, ptr %12, align 4
  %71 = add nsw i32 %70, 16
  store i32 %71, ptr %12, align 4
  br label %58, !llvm.loop !24
72:                                               ; preds = %61
  store i32 0, ptr %13, align 4
  br label %73
73:                                               ; preds = %120, %72
  %74 = load i32, ptr %13, align 4
  %75 = icmp slt i32 %74, 4
  br i1 %75, label %77, label %76
76:                                               ; preds = %73
  br label %123
77:                                               ; preds = %73
  %78 = load i32, ptr %13, align 4
  %79 = mul nsw i32 16, %78
  store i32 %79, ptr %14, align 4
  %80 = load i32, ptr %14, align 4
  %81 = add nsw i32 %80, 8
  store i32 %81, ptr %15, align 4
  %82 = load ptr, ptr %9, align 8
  %83 = load i32, ptr %14, align 4
  %84 = call noundef i32 @_Z9column_ofi(i32 noundef %83)
  %85 = sext i32 %84 to i64
  %86 = getelementptr inbounds i32, ptr %82, i64 %85
  %87 = call noundef <8 x i32> @_ZL4loadIDv8_iET_PKv(ptr noundef %86)
  store <8 x i32> %87, ptr %16, align 32
  %88 = load ptr, ptr %9, align 8
  %89 = load i32, ptr %15, align 4
  %90 = call noundef i32 @_Z9column_ofi(i32 noundef %89)
  %91 = sext i32 %90 to i64
  %92 = getelementptr inbounds i32, ptr %88, i64 %91
  %93 = call noundef <8 x i32> @_ZL4loadIDv8_iET_PKv(ptr noundef %92)
  store <8 x i32> %93, ptr %17, align 32
  %94 = load <8 x i32>, ptr %16, align 32
  %95 = load <8 x i32>, ptr %17, align 32
  %96 = call noundef <16 x i32> @"_ZL4pickILi16EDv8_i3$_0EDaT0_S2_T1_"(<8 x i32> noundef %94, <8 x i32> noundef %95)
  store <16 x i32> %96, ptr %18, align 64
  %97 = load <16 x i32>, ptr %18, align 64
  %98 = shl <16 x i32> %97, splat (i32 16)
  %99 = bitcast <16 x i32> %98 to <16 x float>
  %100 = load ptr, ptr %8, align 8
  %101 = load i32, ptr %13, align 4
  %102 = sext i32 %101 to i64
  %103 = getelementptr inbounds %struct.Affine, ptr %100, i64 %102
  %104 = getelementptr inbounds nuw %struct.Affine, ptr %103, i32 0, i32 0
  store <16 x float> %99, ptr %104, align 64
  %105 = load ptr, ptr %8, align 8
  %106 = load i32, ptr %13, align 4
  %107 = sext i32 %106 to i64
  %108 = getelementptr inbounds %struct.Affine, ptr %105, i64 %107
  %109 = getelementptr inbounds nuw %struct.Affine, ptr %108, i32 0, i32 0
  %110 = load <16 x float>, ptr %109, align 64
  %111 = load <16 x i32>, ptr %18, align 64
  %112 = and <16 x i32> %111, splat (i32 -65536)
  %113 = bitcast <16 x i32> %112 to <16 x float>
  %114 = call noundef <16 x float> @_ZL3fmaIDv16_fET_S1_S1_S1_(<16 x float> noundef %110, <16 x float> noundef splat (float -8.000000e+00), <16 x float> noundef %113)
  %115 = load ptr, ptr %8, align 8
  %116 = load i32, ptr %13, align 4
  %117 = sext i32 %116 to i64
  %118 = getelementptr inbounds %struct.Affine, ptr %115, i64 %117
  %119 = getelementptr inbounds nuw %struct.Affine, ptr %118, i32 0, i32 1
  store <16 x float> %114, ptr %119, align 64
  br label %120
120:                                              ; preds = %77
  %121 = load i32, ptr %13, align 4
  %122 = add nsw i32 %121, 1
  store i32 %122, ptr %13, align 4
  br label %73, !llvm.loop !25
123:                                              ; preds = %76
  ret void
}
define internal void @_ZL10unpack_allILi0EEvPKhPDv64_a(ptr noundef %0, ptr noundef %1) #4 {
  %3 = alloca ptr, align 8
  %4 = alloca ptr, align 8
  store ptr %0, ptr %3, align 8
  store ptr %1, ptr %4, align 8
  %5 = load ptr, ptr %3, align 8
  %6 = load ptr, ptr %4, align 8
  %7 = getelementptr inbounds <64 x i8>, ptr %6, i64 0
  call void @_ZL6unpackILi0EEvPKhPDv64_a(ptr noundef %5, ptr noundef %7)
  %8 = load ptr, ptr %3, align 8
  %9 = load ptr, ptr %4, align 8
  call void @_ZL10unpack_allILi1EEvPKhPDv64_a(ptr noundef %8, ptr noundef %9)
  ret void
}
declare void @llvm.prefetch.p0(ptr readonly captures(none), i32 immarg, i32 immarg, i32 immarg) #12
define internal noundef <8 x i32> @_ZL4loadIDv8_iET_PKv(ptr noundef %0) #10 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = getelementptr inbounds nuw %struct.Anywhere.12, ptr %3, i32 0, i32 0
  %5 = load <8 x i32>, ptr %4, align 1
  ret <8 x i32> %5
}
define linkonce_odr noundef i32 @_Z9column_ofi(i32 noundef %0) #0 comdat {
  %2 = alloca i32, align 4
  %3 = alloca i32, align 4
  %4 = alloca i32, align 4
  %5 = alloca i32, align 4
  %6 = alloca i32, align 4
  store i32 %0, ptr %2, align 4
  %7 = load i32, ptr %2, align 4
  %8 = sdiv i32 %7, 16
  store i32 %8, ptr %3, align 4
  %9 = load i32, ptr %2, align 4
  %10 = srem i32 %9, 16
  store i32 %10, ptr %4, align 4
  %11 = load i32, ptr %3, align 4
  %12 = sdiv i32 %11, 4
  %13 = mul nsw i32 %12, 2
  %14 = load i32, ptr %3, align 4
  %15 = srem i32 %14, 2
  %16 = add nsw i32 %13, %15
  store i32 %16, ptr %5, align 4
  %17 = load i32, ptr %3, align 4
  %18 = srem i32 %17, 4
  %19 = sdiv i32 %18, 2
  %20 = mul nsw i32 %19, 32
  store i32 %20, ptr %6, align 4
  %21 = load i32, ptr %6, align 4
  %22 = load i32, ptr %5, align 4
  %23 = mul nsw i32 16, %22
  %24 = load i32, ptr %4, align 4
  %25 = add nsw i32 %23, %24
  %26 = add nsw i32 %21, %25
  ret i32 %26
}
define internal noundef <16 x i32> @"_ZL4pickILi16EDv8_i3$_0EDaT0_S2_T1_"(<8 x i32> noundef %0, <8 x i32> noundef %1) #7 {
  %3 = alloca %class.anon.10, align 1
  %4 = alloca <8 x i32>, align 32
  %5 = alloca <8 x i32>, align 32
  %6 = alloca %class.anon.10, align 1
  %7 = alloca %struct.Sequence.13, align 1
  store <8 x i32> %0, ptr %4, align 32
  store <8 x i32> %1, ptr %5, align 32
  %8 = load <8 x i32>, ptr %4, align 32
  %9 = load <8 x i32>, ptr %5, align 32
  %10 = call noundef <16 x i32> @"_ZL7pick_ofIDv8_i3$_0JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<8 x i32> noundef %8, <8 x i32> noundef %9)
  ret <16 x i32> %10
}
define internal noundef <16 x float> @_ZL3fmaIDv16_fET_S1_S1_S1_(<16 x float> noundef %0, <16 x float> noundef %1, <16 x float> noundef %2) #7 {
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
define internal noundef <16 x i32> @"_ZL7pick_ofIDv8_i3$_0JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15EEEDaT_S2_T0_8SequenceIiJXspT1_EEE"(<8 x i32> noundef %0, <8 x i32> noundef %1) #7 {
  %3 = alloca %class.anon.10, align 1
  %4 = alloca %struct.Sequence.13, align 1
  %5 = alloca <8 x i32>, align 32
  %6 = alloca <8 x i32>, align 32
  store <8 x i32> %0, ptr %5, align 32
  store <8 x i32> %1, ptr %6, align 32
  %7 = load <8 x i32>, ptr %5, align 32
  %8 = load <8 x i32>, ptr %6, align 32
  %9 = shufflevector <8 x i32> %7, <8 x i32> %8, <16 x i32> <i32 0, i32 1, i32 2, i32 3, i32 4, i32 5, i32 6, i32 7, i32 8, i32 9, i32 10, i32 11, i32 12, i32 13, i32 14, i32 15>
  ret <16 x i32> %9
}
declare <16 x float> @llvm.fma.v16f32(<16 x float>, <16 x float>, <16 x float>) #8
define internal void @_ZL6unpackILi0EEvPKhPDv64_a(ptr noundef %0, ptr noundef %1) #7 {
  %3 = alloca ptr, align 8
  %4 = alloca ptr, align 8
  %5 = alloca i32, align 4
  %6 = alloca i32, align 4
  %7 = alloca i32, align 4
  %8 = alloca <64 x i8>, align 64
  %9 = alloca <64 x i8>, align 64
  %10 = alloca <64 x i8>, align 64
  %11 = alloca <64 x i8>, align 64
  %12 = alloca i32, align 4
  store ptr %0, ptr %3, align 8
  store ptr %1, ptr %4, align 8
  store i32 64, ptr %5, align 4
  store i32 32, ptr %6, align 4
  store i32 0, ptr %7, align 4
  br label %13
13:                                               ; preds = %36, %2
  %14 = load i32, ptr %7, align 4
  %15 = icmp slt i32 %14, 128
  br i1 %15, label %16, label %17
16:                                               ; preds = %13
  br label %17
17:                                               ; preds = %16, %13
  %18 = phi i1 [ false, %13 ], [ true, %16 ]
  br i1 %18, label %20, label %19
19:                                               ; preds = %17
  br label %39
20:                                               ; preds = %17
  %21 = load i64, ptr @TILES, align 8
  %22 = icmp ne i64 %21, 0
  br i1 %22, label %23, label %29
23:                                               ; preds = %20
  %24 = load ptr, ptr %3, align 8
  %25 = getelementptr inbounds i8, ptr %24, i64 2048
  %26 = load i32, ptr %7, align 4
  %27 = sext i32 %26 to i64
  %28 = getelementptr inbounds i8, ptr %25, i64 %27
  call void @llvm.prefetch.p0(ptr %28, i32 0, i32 2, i32 1)
  br label %35
29:                                               ; preds = %20
  %30 = load ptr, ptr %3, align 8
  %31 = getelementptr inbounds i8, ptr %30, i64 4096
  %32 = load i32, ptr %7, align 4
  %33 = sext i32 %32 to i64
  %34 = getelementptr inbounds i8, ptr %31, i64 %33
  call void @llvm.prefetch.p0(ptr %34, i32 0, i32 3, i32 1)
  br label %35
35:                                               ; preds = %29, %23
  br label %36
36:                                               ; preds = %35
  %37 = load i32, ptr %7, align 4
  %38 = add nsw i32 %37, 64
  store i32 %38, ptr %7, align 4
  br label %13, !llvm.loop !26
39:                                               ; preds = %19
  %40 = load ptr, ptr %3, align 8
  %41 = call noundef <64 x i8> @_ZL4loadIDv64_aET_PKv(ptr noundef %40)
  store <64 x i8> %41, ptr %8, align 64
  %42 = load ptr, ptr %3, align 8
  %43 = getelementptr inbounds i8, ptr %42, i64 64
  %44 = call noundef <64 x i8> @_ZL4loadIDv64_aET_PKv(ptr noundef %43)
  store <64 x i8> %44, ptr %9, align 64
  %45 = load <64 x i8>, ptr %8, align 64
  %46 = load <64 x i8>, ptr %8, align 64
  %47 = call noundef <64 x i8> @_ZL5turnsILi0ELi1ELi32EDv64_aES0_T2_S1_(<64 x i8> noundef %45, <64 x i8> noundef %46)
  store <64 x i8> %47, ptr %10, align 64
  %48 = load <64 x i8>, ptr %9, align 64
  %49 = load <64 x i8>, ptr %9, align 64
  %50 = call noundef <64 x i8> @_ZL5turnsILi0ELi1ELi32EDv64_aES0_T2_S1_(<64 x i8> noundef %48, <64 x i8> noundef %49)
  store <64 x i8> %50, ptr %11, align 64
  %51 = load <64 x i8>, ptr %10, align 64
  %52 = load <64 x i8>, ptr %11, align 64
  %53 = call noundef <64 x i8> @_ZL5turnsILi0ELi2ELi64EDv64_aES0_T2_S1_(<64 x i8> noundef %51, <64 x i8> noundef %52)
  %54 = load ptr, ptr %4, align 8
  %55 = getelementptr inbounds <64 x i8>, ptr %54, i64 0
  store <64 x i8> %53, ptr %55, align 64
  %56 = load <64 x i8>, ptr %10, align 64
  %57 = load <64 x i8>, ptr %11, align 64
  %58 = call noundef <64 x i8> @_ZL5turnsILi32ELi2ELi64EDv64_aES0_T2_S1_(<64 x i8> noundef %56, <64 x i8> noundef %57)
  %59 = load ptr, ptr %4, align 8
  %60 = getelementptr inbounds <64 x i8>, ptr %59, i64 1
  store <64 x i8> %58, ptr %60, align 64
  store i32 0, ptr %12, align 4
  br label %61
61:                                               ; preds = %86, %39
  %62 = load i32, ptr %12, align 4
  %63 = icmp slt i32 %62, 2
  br i1 %63, label %65, label %64
64:                                               ; preds = %61
  br label %89
65:                                               ; preds = %61
  %66 = load ptr, ptr %4, align 8
  %67 = load i32, ptr %12, align 4
  %68 = sext i32 %67 to i64
  %69 = getelementptr inbounds <64 x i8>, ptr %66, i64 %68
  %70 = load <64 x i8>, ptr %69, align 64
  %71 = bitcast <64 x i8> %70 to <32 x i16>
  %72 = lshr <32 x i16> %71, splat (i16 4)
  %73 = bitcast <32 x i16> %72 to <64 x i8>
  %74 = and <64 x i8> %73, splat (i8 15)
  %75 = load ptr, ptr %4, align 8
  %76 = load i32, ptr %12, align 4
  %77 = add nsw i32 2, %76
  %78 = sext i32 %77 to i64
  %79 = getelementptr inbounds <64 x i8>, ptr %75, i64 %78
  store <64 x i8> %74, ptr %79, align 64
  %80 = load ptr, ptr %4, align 8
  %81 = load i32, ptr %12, align 4
  %82 = sext i32 %81 to i64
  %83 = getelementptr inbounds <64 x i8>, ptr %80, i64 %82
  %84 = load <64 x i8>, ptr %83, align 64
  %85 = and <64 x i8> %84, splat (i8 15)
  store <64 x i8> %85, ptr %83, align 64
  br label %86
86:                                               ; preds = %65
  %87 = load i32, ptr %12, align 4
  %88 = add nsw i32 %87, 1
  store i32 %88, ptr %12, align 4
  br label %61, !llvm.loop !27
89:                                               ; preds = %64
  ret void
}
define internal void @_ZL10unpack_allILi1EEvPKhPDv64_a(ptr noundef %0, ptr noundef %1) #4 {
  %3 = alloca ptr, align 8
  %4 = alloca ptr, align 8
  store ptr %0, ptr %3, align 8
  store ptr %1, ptr %4, align 8
  ret void
}
define internal noundef <64 x i8> @_ZL4loadIDv64_aET_PKv(ptr noundef %0) #7 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = getelementptr inbounds nuw %struct.Anywhere.14, ptr %3, i32 0, i32 0
  %5 = load <64 x i8>, ptr %4, align 1
  ret <64 x i8> %5
}
define internal noundef <64 x i8> @_ZL5turnsILi0ELi1ELi32EDv64_aES0_T2_S1_(<64 x i8> noundef %0, <64 x i8> noundef %1) #7 {
  %3 = alloca <64 x i8>, align 64
  %4 = alloca <64 x i8>, align 64
  %5 = alloca %class.anon.15, align 1
  store <64 x i8> %0, ptr %3, align 64
  store <64 x i8> %1, ptr %4, align 64
  %6 = load <64 x i8>, ptr %3, align 64
  %7 = load <64 x i8>, ptr %4, align 64
  %8 = call noundef <64 x i8> @_ZL4pickILi64EDv64_aZL5turnsILi0ELi1ELi32ES0_ES0_T2_S2_EUliE_EDaT0_S4_T1_(<64 x i8> noundef %6, <64 x i8> noundef %7)
  ret <64 x i8> %8
}
define internal noundef <64 x i8> @_ZL5turnsILi0ELi2ELi64EDv64_aES0_T2_S1_(<64 x i8> noundef %0, <64 x i8> noundef %1) #7 {
  %3 = alloca <64 x i8>, align 64
  %4 = alloca <64 x i8>, align 64
  %5 = alloca %class.anon.18, align 1
  store <64 x i8> %0, ptr %3, align 64
  store <64 x i8> %1, ptr %4, align 64
  %6 = load <64 x i8>, ptr %3, align 64
  %7 = load <64 x i8>, ptr %4, align 64
  %8 = call noundef <64 x i8> @_ZL4pickILi64EDv64_aZL5turnsILi0ELi2ELi64ES0_ES0_T2_S2_EUliE_EDaT0_S4_T1_(<64 x i8> noundef %6, <64 x i8> noundef %7)
  ret <64 x i8> %8
}
define internal noundef <64 x i8> @_ZL5turnsILi32ELi2ELi64EDv64_aES0_T2_S1_(<64 x i8> noundef %0, <64 x i8> noundef %1) #7 {
  %3 = alloca <64 x i8>, align 64
  %4 = alloca <64 x i8>, align 64
  %5 = alloca %class.anon.20, align 1
  store <64 x i8> %0, ptr %3, align 64
  store <64 x i8> %1, ptr %4, align 64
  %6 = load <64 x i8>, ptr %3, align 64
  %7 = load <64 x i8>, ptr %4, align 64
  %8 = call noundef <64 x i8> @_ZL4pickILi64EDv64_aZL5turnsILi32ELi2ELi64ES0_ES0_T2_S2_EUliE_EDaT0_S4_T1_(<64 x i8> noundef %6, <64 x i8> noundef %7)
  ret <64 x i8> %8
}
define internal noundef <64 x i8> @_ZL4pickILi64EDv64_aZL5turnsILi0ELi1ELi32ES0_ES0_T2_S2_EUliE_EDaT0_S4_T1_(<64 x i8> noundef %0, <64 x i8> noundef %1) #7 {
  %3 = alloca %class.anon.15, align 1
  %4 = alloca <64 x i8>, align 64
  %5 = alloca <64 x i8>, align 64
  %6 = alloca %class.anon.15, align 1
  %7 = alloca %struct.Sequence.17, align 1
  store <64 x i8> %0, ptr %4, align 64
  store <64 x i8> %1, ptr %5, align 64
  %8 = load <64 x i8>, ptr %4, align 64
  %9 = load <64 x i8>, ptr %5, align 64
  %10 = call noundef <64 x i8> @_ZL7pick_ofIDv64_aZL5turnsILi0ELi1ELi32ES0_ES0_T2_S2_EUliE_JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15ELi16ELi17ELi18ELi19ELi20ELi21ELi22ELi23ELi24ELi25ELi26ELi27ELi28ELi29ELi30ELi31ELi32ELi33ELi34ELi35ELi36ELi37ELi38ELi39ELi40ELi41ELi42ELi43ELi44ELi45ELi46ELi47ELi48ELi49ELi50ELi51ELi52ELi53ELi54ELi55ELi56ELi57ELi58ELi59ELi60ELi61ELi62ELi63EEEDaT_S4_T0_8SequenceIiJXspT1_EEE(<64 x i8> noundef %8, <64 x i8> noundef %9)
  ret <64 x i8> %10
}
define internal noundef <64 x i8> @_ZL7pick_ofIDv64_aZL5turnsILi0ELi1ELi32ES0_ES0_T2_S2_EUliE_JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15ELi16ELi17ELi18ELi19ELi20ELi21ELi22ELi23ELi24ELi25ELi26ELi27ELi28ELi29ELi30ELi31ELi32ELi33ELi34ELi35ELi36ELi37ELi38ELi39ELi40ELi41ELi42ELi43ELi44ELi45ELi46ELi47ELi48ELi49ELi50ELi51ELi52ELi53ELi54ELi55ELi56ELi57ELi58ELi59ELi60ELi61ELi62ELi63EEEDaT_S4_T0_8SequenceIiJXspT1_EEE(<64 x i8> noundef %0, <64 x i8> noundef %1) #7 {
  %3 = alloca %class.anon.15, align 1
  %4 = alloca %struct.Sequence.17, align 1
  %5 = alloca <64 x i8>, align 64
  %6 = alloca <64 x i8>, align 64
  store <64 x i8> %0, ptr %5, align 64
  store <64 x i8> %1, ptr %6, align 64
  %7 = load <64 x i8>, ptr %5, align 64
  %8 = load <64 x i8>, ptr %6, align 64
  %9 = shufflevector <64 x i8> %7, <64 x i8> %8, <64 x i32> <i32 0, i32 32, i32 1, i32 33, i32 2, i32 34, i32 3, i32 35, i32 4, i32 36, i32 5, i32 37, i32 6, i32 38, i32 7, i32 39, i32 8, i32 40, i32 9, i32 41, i32 10, i32 42, i32 11, i32 43, i32 12, i32 44, i32 13, i32 45, i32 14, i32 46, i32 15, i32 47, i32 16, i32 48, i32 17, i32 49, i32 18, i32 50, i32 19, i32 51, i32 20, i32 52, i32 21, i32 53, i32 22, i32 54, i32 23, i32 55, i32 24, i32 56, i32 25, i32 57, i32 26, i32 58, i32 27, i32 59, i32 28, i32 60, i32 29, i32 61, i32 30, i32 62, i32 31, i32 63>
  ret <64 x i8> %9
}
define internal noundef <64 x i8> @_ZL4pickILi64EDv64_aZL5turnsILi0ELi2ELi64ES0_ES0_T2_S2_EUliE_EDaT0_S4_T1_(<64 x i8> noundef %0, <64 x i8> noundef %1) #7 {
  %3 = alloca %class.anon.18, align 1
  %4 = alloca <64 x i8>, align 64
  %5 = alloca <64 x i8>, align 64
  %6 = alloca %class.anon.18, align 1
  %7 = alloca %struct.Sequence.17, align 1
  store <64 x i8> %0, ptr %4, align 64
  store <64 x i8> %1, ptr %5, align 64
  %8 = load <64 x i8>, ptr %4, align 64
  %9 = load <64 x i8>, ptr %5, align 64
  %10 = call noundef <64 x i8> @_ZL7pick_ofIDv64_aZL5turnsILi0ELi2ELi64ES0_ES0_T2_S2_EUliE_JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15ELi16ELi17ELi18ELi19ELi20ELi21ELi22ELi23ELi24ELi25ELi26ELi27ELi28ELi29ELi30ELi31ELi32ELi33ELi34ELi35ELi36ELi37ELi38ELi39ELi40ELi41ELi42ELi43ELi44ELi45ELi46ELi47ELi48ELi49ELi50ELi51ELi52ELi53ELi54ELi55ELi56ELi57ELi58ELi59ELi60ELi61ELi62ELi63EEEDaT_S4_T0_8SequenceIiJXspT1_EEE(<64 x i8> noundef %8, <64 x i8> noundef %9)
  ret <64 x i8> %10
}
define internal noundef <64 x i8> @_ZL7pick_ofIDv64_aZL5turnsILi0ELi2ELi64ES0_ES0_T2_S2_EUliE_JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15ELi16ELi17ELi18ELi19ELi20ELi21ELi22ELi23ELi24ELi25ELi26ELi27ELi28ELi29ELi30ELi31ELi32ELi33ELi34ELi35ELi36ELi37ELi38ELi39ELi40ELi41ELi42ELi43ELi44ELi45ELi46ELi47ELi48ELi49ELi50ELi51ELi52ELi53ELi54ELi55ELi56ELi57ELi58ELi59ELi60ELi61ELi62ELi63EEEDaT_S4_T0_8SequenceIiJXspT1_EEE(<64 x i8> noundef %0, <64 x i8> noundef %1) #7 {
  %3 = alloca %class.anon.18, align 1
  %4 = alloca %struct.Sequence.17, align 1
  %5 = alloca <64 x i8>, align 64
  %6 = alloca <64 x i8>, align 64
  store <64 x i8> %0, ptr %5, align 64
  store <64 x i8> %1, ptr %6, align 64
  %7 = load <64 x i8>, ptr %5, align 64
  %8 = load <64 x i8>, ptr %6, align 64
  %9 = shufflevector <64 x i8> %7, <64 x i8> %8, <64 x i32> <i32 0, i32 1, i32 64, i32 65, i32 2, i32 3, i32 66, i32 67, i32 4, i32 5, i32 68, i32 69, i32 6, i32 7, i32 70, i32 71, i32 8, i32 9, i32 72, i32 73, i32 10, i32 11, i32 74, i32 75, i32 12, i32 13, i32 76, i32 77, i32 14, i32 15, i32 78, i32 79, i32 16, i32 17, i32 80, i32 81, i32 18, i32 19, i32 82, i32 83, i32 20, i32 21, i32 84, i32 85, i32 22, i32 23, i32 86, i32 87, i32 24, i32 25, i32 88, i32 89, i32 26, i32 27, i32 90, i32 91, i32 28, i32 29, i32 92, i32 93, i32 30, i32 31, i32 94, i32 95>
  ret <64 x i8> %9
}
define internal noundef <64 x i8> @_ZL4pickILi64EDv64_aZL5turnsILi32ELi2ELi64ES0_ES0_T2_S2_EUliE_EDaT0_S4_T1_(<64 x i8> noundef %0, <64 x i8> noundef %1) #7 {
  %3 = alloca %class.anon.20, align 1
  %4 = alloca <64 x i8>, align 64
  %5 = alloca <64 x i8>, align 64
  %6 = alloca %class.anon.20, align 1
  %7 = alloca %struct.Sequence.17, align 1
  store <64 x i8> %0, ptr %4, align 64
  store <64 x i8> %1, ptr %5, align 64
  %8 = load <64 x i8>, ptr %4, align 64
  %9 = load <64 x i8>, ptr %5, align 64
  %10 = call noundef <64 x i8> @_ZL7pick_ofIDv64_aZL5turnsILi32ELi2ELi64ES0_ES0_T2_S2_EUliE_JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15ELi16ELi17ELi18ELi19ELi20ELi21ELi22ELi23ELi24ELi25ELi26ELi27ELi28ELi29ELi30ELi31ELi32ELi33ELi34ELi35ELi36ELi37ELi38ELi39ELi40ELi41ELi42ELi43ELi44ELi45ELi46ELi47ELi48ELi49ELi50ELi51ELi52ELi53ELi54ELi55ELi56ELi57ELi58ELi59ELi60ELi61ELi62ELi63EEEDaT_S4_T0_8SequenceIiJXspT1_EEE(<64 x i8> noundef %8, <64 x i8> noundef %9)
  ret <64 x i8> %10
}
define internal noundef <64 x i8> @_ZL7pick_ofIDv64_aZL5turnsILi32ELi2ELi64ES0_ES0_T2_S2_EUliE_JLi0ELi1ELi2ELi3ELi4ELi5ELi6ELi7ELi8ELi9ELi10ELi11ELi12ELi13ELi14ELi15ELi16ELi17ELi18ELi19ELi20ELi21ELi22ELi23ELi24ELi25ELi26ELi27ELi28ELi29ELi30ELi31ELi32ELi33ELi34ELi35ELi36ELi37ELi38ELi39ELi40ELi41ELi42ELi43ELi44ELi45ELi46ELi47ELi48ELi49ELi50ELi51ELi52ELi53ELi54ELi55ELi56ELi57ELi58ELi59ELi60ELi61ELi62ELi63EEEDaT_S4_T0_8SequenceIiJXspT1_EEE(<64 x i8> noundef %0, <64 x i8> noundef %1) #7 {
  %3 = alloca %class.anon.20, align 1
  %4 = alloca %struct.Sequence.17, align 1
  %5 = alloca <64 x i8>, align 64
  %6 = alloca <64 x i8>, align 64
  store <64 x i8> %0, ptr %5, align 64
  store <64 x i8> %1, ptr %6, align 64
  %7 = load <64 x i8>, ptr %5, align 64
  %8 = load <64 x i8>, ptr %6, align 64
  %9 = shufflevector <64 x i8> %7, <64 x i8> %8, <64 x i32> <i32 32, i32 33, i32 96, i32 97, i32 34, i32 35, i32 98, i32 99, i32 36, i32 37, i32 100, i32 101, i32 38, i32 39, i32 102, i32 103, i32 40, i32 41, i32 104, i32 105, i32 42, i32 43, i32 106, i32 107, i32 44, i32 45, i32 108, i32 109, i32 46, i32 47, i32 110, i32 111, i32 48, i32 49, i32 112, i32 113, i32 50, i32 51, i32 114, i32 115, i32 52, i32 53, i32 116, i32 117, i32 54, i32 55, i32 118, i32 119, i32 56, i32 57, i32 120, i32 121, i32 58, i32 59, i32 122, i32 123, i32 60, i32 61, i32 124, i32 125, i32 62, i32 63, i32 126, i32 127>
  ret <64 x i8> %9
}
define internal void @_ZL8add_rowsILb0ELi3ELi0EEvRK5GroupRK5PartsPA4_Dv16_f(ptr noundef nonnull align 64 dereferenceable(576) %0, ptr noundef nonnull align 8 dereferenceable(32) %1, ptr noundef %2) #7 {
  %4 = alloca ptr, align 8
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  %8 = alloca [6 x [4 x <16 x i32>]], align 64
  %9 = alloca i64, align 8
  %10 = alloca i32, align 4
  %11 = alloca [6 x [4 x <32 x i16>]], align 64
  %12 = alloca i64, align 8
  %13 = alloca [4 x <64 x i8>], align 64
  %14 = alloca ptr, align 8
  %15 = alloca i32, align 4
  %16 = alloca <64 x i8>, align 64
  %17 = alloca i32, align 4
  %18 = alloca i32, align 4
  %19 = alloca i32, align 4
  %20 = alloca i32, align 4
  %21 = alloca i32, align 4
  %22 = alloca float, align 4
  %23 = alloca float, align 4
  %24 = alloca ptr, align 8
  %25 = alloca %struct.Affine, align 64
  store ptr %0, ptr %4, align 8
  store ptr %1, ptr %5, align 8
  store ptr %2, ptr %6, align 8
  %26 = load ptr, ptr %4, align 8, !nonnull !13, !align !17
  %27 = getelementptr inbounds nuw %struct.Group, ptr %26, i32 0, i32 1
  %28 = load i64, ptr %27, align 8
  %29 = load ptr, ptr %4, align 8, !nonnull !13, !align !17
  %30 = getelementptr inbounds nuw %struct.Group, ptr %29, i32 0, i32 0
  %31 = load ptr, ptr %30, align 64
  %32 = getelementptr inbounds nuw %struct.Product, ptr %31, i32 0, i32 10
  %33 = load i64, ptr %32, align 8
  %34 = mul nsw i64 %28, %33
  store i64 %34, ptr %7, align 8
  call void @llvm.memset.p0.i64(ptr align 64 %8, i8 0, i64 1536, i1 false)
  store i64 0, ptr %9, align 8
  br label %35
35:                                               ; preds = %163, %3
  %36 = load i64, ptr %9, align 8
  %37 = load ptr, ptr %4, align 8, !nonnull !13, !align !17
  %38 = getelementptr inbounds nuw %struct.Group, ptr %37, i32 0, i32 0
  %39 = load ptr, ptr %38, align 64
  %40 = getelementptr inbounds nuw %struct.Product, ptr %39, i32 0, i32 10
  %41 = load i64, ptr %40, align 8
  %42 = icmp slt i64 %36, %41
  br i1 %42, label %44, label %43
43:                                               ; preds = %35
  store i32 2, ptr %10, align 4
  br label %166
44:                                               ; preds = %35
  call void @llvm.memset.p0.i64(ptr align 64 %11, i8 0, i64 1536, i1 false)
  %45 = load i64, ptr %9, align 8
  store i64 %45, ptr %12, align 8
  br label %46
46:                                               ; preds = %122, %44
  %47 = load i64, ptr %12, align 8
  %48 = load i64, ptr %9, align 8
  %49 = add nsw i64 %48, 32
  %50 = icmp slt i64 %47, %49
  br i1 %50, label %52, label %51
51:                                               ; preds = %46
  store i32 5, ptr %10, align 4
  br label %125
52:                                               ; preds = %46
  %53 = getelementptr inbounds [4 x <64 x i8>], ptr %13, i64 0, i64 0
  store ptr %53, ptr %14, align 8
  %54 = load ptr, ptr %4, align 8, !nonnull !13, !align !17
  %55 = getelementptr inbounds nuw %struct.Group, ptr %54, i32 0, i32 2
  %56 = load ptr, ptr %55, align 16
  %57 = load i64, ptr %12, align 8
  %58 = mul nsw i64 32, %57
  %59 = getelementptr inbounds i8, ptr %56, i64 %58
  %60 = getelementptr inbounds [4 x <64 x i8>], ptr %13, i64 0, i64 0
  call void @_ZL6unpackILi0EEvPKhPDv64_a(ptr noundef %59, ptr noundef %60)
  store i32 0, ptr %15, align 4
  br label %61
61:                                               ; preds = %118, %52
  %62 = load i32, ptr %15, align 4
  %63 = icmp slt i32 %62, 6
  br i1 %63, label %65, label %64
64:                                               ; preds = %61
  store i32 8, ptr %10, align 4
  br label %121
65:                                               ; preds = %61
  %66 = load ptr, ptr %5, align 8, !nonnull !13, !align !14
  %67 = getelementptr inbounds nuw %struct.Parts, ptr %66, i32 0, i32 0
  %68 = load ptr, ptr %67, align 8
  %69 = load i32, ptr %15, align 4
  %70 = sext i32 %69 to i64
  %71 = load ptr, ptr %4, align 8, !nonnull !13, !align !17
  %72 = getelementptr inbounds nuw %struct.Group, ptr %71, i32 0, i32 0
  %73 = load ptr, ptr %72, align 64
  %74 = getelementptr inbounds nuw %struct.Product, ptr %73, i32 0, i32 8
  %75 = load i64, ptr %74, align 8
  %76 = mul nsw i64 %70, %75
  %77 = getelementptr inbounds i8, ptr %68, i64 %76
  %78 = load i64, ptr %7, align 8
  %79 = getelementptr inbounds i8, ptr %77, i64 %78
  %80 = load i64, ptr %12, align 8
  %81 = getelementptr inbounds i8, ptr %79, i64 %80
  %82 = call noundef i32 @_ZL4loadIiET_PKv(ptr noundef %81)
  %83 = insertelement <16 x i32> poison, i32 %82, i64 0
  %84 = shufflevector <16 x i32> %83, <16 x i32> poison, <16 x i32> zeroinitializer
  %85 = add <16 x i32> zeroinitializer, %84
  %86 = bitcast <16 x i32> %85 to <64 x i8>
  store <64 x i8> %86, ptr %16, align 64
  store i32 0, ptr %17, align 4
  br label %87
87:                                               ; preds = %114, %65
  %88 = load i32, ptr %17, align 4
  %89 = icmp slt i32 %88, 4
  br i1 %89, label %91, label %90
90:                                               ; preds = %87
  store i32 11, ptr %10, align 4
  br label %117
91:                                               ; preds = %87
  %92 = load i32, ptr %15, align 4
  %93 = sext i32 %92 to i64
  %94 = getelementptr inbounds [6 x [4 x <16 x i32>]], ptr %8, i64 0, i64 %93
  %95 = load i32, ptr %17, align 4
  %96 = sext i32 %95 to i64
  %97 = getelementptr inbounds [4 x <16 x i32>], ptr %94, i64 0, i64 %96
  %98 = load <16 x i32>, ptr %97, align 64
  %99 = load ptr, ptr %14, align 8
  %100 = load i32, ptr %17, align 4
  %101 = sext i32 %100 to i64
  %102 = getelementptr inbounds <64 x i8>, ptr %99, i64 %101
  %103 = load <64 x i8>, ptr %102, align 64
  %104 = bitcast <64 x i8> %103 to <16 x i32>
  %105 = load <64 x i8>, ptr %16, align 64
  %106 = bitcast <64 x i8> %105 to <16 x i32>
  %107 = call noundef <16 x i32> @llvm.x86.avx512.vpdpbusd.512(<16 x i32> noundef %98, <16 x i32> noundef %104, <16 x i32> noundef %106)
  %108 = load i32, ptr %15, align 4
  %109 = sext i32 %108 to i64
  %110 = getelementptr inbounds [6 x [4 x <16 x i32>]], ptr %8, i64 0, i64 %109
  %111 = load i32, ptr %17, align 4
  %112 = sext i32 %111 to i64
  %113 = getelementptr inbounds [4 x <16 x i32>], ptr %110, i64 0, i64 %112
  store <16 x i32> %107, ptr %113, align 64
  br label %114
114:                                              ; preds = %91
  %115 = load i32, ptr %17, align 4
  %116 = add nsw i32 %115, 1
  store i32 %116, ptr %17, align 4
  br label %87, !llvm.loop !28
117:                                              ; preds = %90
  br label %118
118:                                              ; preds = %117
  %119 = load i32, ptr %15, align 4
  %120 = add nsw i32 %119, 1
  store i32 %120, ptr %15, align 4
  br label %61, !llvm.loop !29
121:                                              ; preds = %64
  br label %122
122:                                              ; preds = %121
  %123 = load i64, ptr %12, align 8
  %124 = add nsw i64 %123, 4
  store i64 %124, ptr %12, align 8
  br label %46, !llvm.loop !30
125:                                              ; preds = %51
  store i32 0, ptr %18, align 4
  br label %126
126:                                              ; preds = %159, %125
  %127 = load i32, ptr %18, align 4
  %128 = icmp slt i32 %127, 6
  br i1 %128, label %130, label %129
129:                                              ; preds = %126
  store i32 14, ptr %10, align 4
  br label %162
130:                                              ; preds = %126
  store i32 0, ptr %19, align 4
  br label %131
131:                                              ; preds = %155, %130
  %132 = load i32, ptr %19, align 4
  %133 = icmp slt i32 %132, 4
  br i1 %133, label %134, label %135
134:                                              ; preds = %131
  br label %135
135:                                              ; preds = %134, %131
  %136 = phi i1 [ false, %131 ], [ false, %134 ]
  br i1 %136, label %138, label %137
137:                                              ; preds = %135
  store i32 17, ptr %10, align 4
  br label %158
138:                                              ; preds = %135
  %139 = load i32, ptr %18, align 4
  %140 = sext i32 %139 to i64
  %141 = getelementptr inbounds [6 x [4 x <32 x i16>]], ptr %11, i64 0, i64 %140
  %142 = load i32, ptr %19, align 4
  %143 = sext i32 %142 to i64
  %144 = getelementptr inbounds [4 x <32 x i16>], ptr %141, i64 0, i64 %143
  %145 = load <32 x i16>, ptr %144, align 64
  %146 = call noundef <16 x i32> @llvm.x86.avx512.pmaddw.d.512(<32 x i16> noundef %145, <32 x i16> noundef splat (i16 1))
  %147 = load i32, ptr %18, align 4
  %148 = sext i32 %147 to i64
  %149 = getelementptr inbounds [6 x [4 x <16 x i32>]], ptr %8, i64 0, i64 %148
  %150 = load i32, ptr %19, align 4
  %151 = sext i32 %150 to i64
  %152 = getelementptr inbounds [4 x <16 x i32>], ptr %149, i64 0, i64 %151
  %153 = load <16 x i32>, ptr %152, align 64
  %154 = add <16 x i32> %153, %146
  store <16 x i32> %154, ptr %152, align 64
  br label %155
155:                                              ; preds = %138
  %156 = load i32, ptr %19, align 4
  %157 = add nsw i32 %156, 1
  store i32 %157, ptr %19, align 4
  br label %131, !llvm.loop !32
158:                                              ; preds = %137
  br label %159
159:                                              ; preds = %158
  %160 = load i32, ptr %18, align 4
  %161 = add nsw i32 %160, 1
  store i32 %161, ptr %18, align 4
  br label %126, !llvm.loop !33
162:                                              ; preds = %129
  br label %163
163:                                              ; preds = %162
  %164 = load i64, ptr %9, align 8
  %165 = add nsw i64 %164, 32
  store i64 %165, ptr %9, align 8
  br label %35, !llvm.loop !34
166:                                              ; preds = %43
  store i32 0, ptr %20, align 4
  br label %167
167:                                              ; preds = %252, %166
  %168 = load i32, ptr %20, align 4
  %169 = icmp slt i32 %168, 3
  br i1 %169, label %171, label %170
170:                                              ; preds = %167
  store i32 20, ptr %10, align 4
  br label %255
171:                                              ; preds = %167
  store i32 0, ptr %21, align 4
  br label %172
172:                                              ; preds = %248, %171
  %173 = load i32, ptr %21, align 4
  %174 = icmp slt i32 %173, 4
  br i1 %174, label %176, label %175
175:                                              ; preds = %172
  store i32 23, ptr %10, align 4
  br label %251
176:                                              ; preds = %172
  %177 = load ptr, ptr %5, align 8, !nonnull !13, !align !14
  %178 = getelementptr inbounds nuw %struct.Parts, ptr %177, i32 0, i32 2
  %179 = load ptr, ptr %178, align 8
  %180 = load ptr, ptr %4, align 8, !nonnull !13, !align !17
  %181 = getelementptr inbounds nuw %struct.Group, ptr %180, i32 0, i32 1
  %182 = load i64, ptr %181, align 8
  %183 = load ptr, ptr %4, align 8, !nonnull !13, !align !17
  %184 = getelementptr inbounds nuw %struct.Group, ptr %183, i32 0, i32 0
  %185 = load ptr, ptr %184, align 64
  %186 = getelementptr inbounds nuw %struct.Product, ptr %185, i32 0, i32 7
  %187 = load i64, ptr %186, align 8
  %188 = mul nsw i64 %182, %187
  %189 = load i32, ptr %20, align 4
  %190 = sext i32 %189 to i64
  %191 = add nsw i64 %188, %190
  %192 = getelementptr inbounds float, ptr %179, i64 %191
  %193 = load float, ptr %192, align 4
  store float %193, ptr %22, align 4
  %194 = load ptr, ptr %5, align 8, !nonnull !13, !align !14
  %195 = getelementptr inbounds nuw %struct.Parts, ptr %194, i32 0, i32 3
  %196 = load ptr, ptr %195, align 8
  %197 = load ptr, ptr %4, align 8, !nonnull !13, !align !17
  %198 = getelementptr inbounds nuw %struct.Group, ptr %197, i32 0, i32 1
  %199 = load i64, ptr %198, align 8
  %200 = load ptr, ptr %4, align 8, !nonnull !13, !align !17
  %201 = getelementptr inbounds nuw %struct.Group, ptr %200, i32 0, i32 0
  %202 = load ptr, ptr %201, align 64
  %203 = getelementptr inbounds nuw %struct.Product, ptr %202, i32 0, i32 7
  %204 = load i64, ptr %203, align 8
  %205 = mul nsw i64 %199, %204
  %206 = load i32, ptr %20, align 4
  %207 = sext i32 %206 to i64
  %208 = add nsw i64 %205, %207
  %209 = getelementptr inbounds float, ptr %196, i64 %208
  %210 = load float, ptr %209, align 4
  store float %210, ptr %23, align 4
  %211 = load ptr, ptr %6, align 8
  %212 = load i32, ptr %20, align 4
  %213 = sext i32 %212 to i64
  %214 = getelementptr inbounds [4 x <16 x float>], ptr %211, i64 %213
  %215 = load i32, ptr %21, align 4
  %216 = add nsw i32 0, %215
  %217 = sext i32 %216 to i64
  %218 = getelementptr inbounds [4 x <16 x float>], ptr %214, i64 0, i64 %217
  store ptr %218, ptr %24, align 8
  %219 = load i32, ptr %20, align 4
  %220 = mul nsw i32 2, %219
  %221 = sext i32 %220 to i64
  %222 = getelementptr inbounds [6 x [4 x <16 x i32>]], ptr %8, i64 0, i64 %221
  %223 = load i32, ptr %21, align 4
  %224 = sext i32 %223 to i64
  %225 = getelementptr inbounds [4 x <16 x i32>], ptr %222, i64 0, i64 %224
  %226 = load <16 x i32>, ptr %225, align 64
  %227 = load i32, ptr %20, align 4
  %228 = mul nsw i32 2, %227
  %229 = add nsw i32 %228, 1
  %230 = sext i32 %229 to i64
  %231 = getelementptr inbounds [6 x [4 x <16 x i32>]], ptr %8, i64 0, i64 %230
  %232 = load i32, ptr %21, align 4
  %233 = sext i32 %232 to i64
  %234 = getelementptr inbounds [4 x <16 x i32>], ptr %231, i64 0, i64 %233
  %235 = load <16 x i32>, ptr %234, align 64
  %236 = load float, ptr %22, align 4
  %237 = load float, ptr %23, align 4
  %238 = load ptr, ptr %4, align 8, !nonnull !13, !align !17
  %239 = getelementptr inbounds nuw %struct.Group, ptr %238, i32 0, i32 4
  %240 = load i32, ptr %21, align 4
  %241 = add nsw i32 0, %240
  %242 = sext i32 %241 to i64
  %243 = getelementptr inbounds [4 x %struct.Affine], ptr %239, i64 0, i64 %242
  call void @llvm.memcpy.p0.p0.i64(ptr align 64 %25, ptr align 64 %243, i64 128, i1 false)
  %244 = load ptr, ptr %24, align 8, !nonnull !13, !align !17
  %245 = load <16 x float>, ptr %244, align 64
  %246 = call noundef <16 x float> @_ZL6scaledDv16_iS_ff6AffineDv16_f(<16 x i32> noundef %226, <16 x i32> noundef %235, float noundef %236, float noundef %237, ptr noundef byval(%struct.Affine) align 64 %25, <16 x float> noundef %245)
  %247 = load ptr, ptr %24, align 8, !nonnull !13, !align !17
  store <16 x float> %246, ptr %247, align 64
  br label %248
248:                                              ; preds = %176
  %249 = load i32, ptr %21, align 4
  %250 = add nsw i32 %249, 1
  store i32 %250, ptr %21, align 4
  br label %172, !llvm.loop !35
251:                                              ; preds = %175
  br label %252
252:                                              ; preds = %251
  %253 = load i32, ptr %20, align 4
  %254 = add nsw i32 %253, 1
  store i32 %254, ptr %20, align 4
  br label %167, !llvm.loop !36
255:                                              ; preds = %170
  ret void
}
define internal void @_ZL3addILb0ELi2EEvRK5GroupllPA4_Dv16_f(ptr noundef nonnull align 64 dereferenceable(576) %0, i64 noundef %1, i64 noundef %2, ptr noundef %3) #4 {
  %5 = alloca ptr, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  %8 = alloca ptr, align 8
  %9 = alloca %struct.Parts, align 8
  store ptr %0, ptr %5, align 8
  store i64 %1, ptr %6, align 8
  store i64 %2, ptr %7, align 8
  store ptr %3, ptr %8, align 8
  br label %10
10:                                               ; preds = %22, %4
  %11 = load i64, ptr %6, align 8
  %12 = add nsw i64 %11, 2
  %13 = load i64, ptr %7, align 8
  %14 = icmp sle i64 %12, %13
  br i1 %14, label %15, label %27
15:                                               ; preds = %10
  %16 = load ptr, ptr %5, align 8, !nonnull !13, !align !17
  %17 = load ptr, ptr %5, align 8, !nonnull !13, !align !17
  %18 = getelementptr inbounds nuw %struct.Group, ptr %17, i32 0, i32 0
  %19 = load ptr, ptr %18, align 64
  %20 = load i64, ptr %6, align 8
  call void @_ZN5PartsC2EPK7Productl(ptr noundef nonnull align 8 dereferenceable(32) %9, ptr noundef %19, i64 noundef %20)
  %21 = load ptr, ptr %8, align 8
  call void @_ZL8add_rowsILb0ELi2ELi0EEvRK5GroupRK5PartsPA4_Dv16_f(ptr noundef nonnull align 64 dereferenceable(576) %16, ptr noundef nonnull align 8 dereferenceable(32) %9, ptr noundef %21)
  br label %22
22:                                               ; preds = %15
  %23 = load i64, ptr %6, align 8
  %24 = add nsw i64 %23, 2
  store i64 %24, ptr %6, align 8
  %25 = load ptr, ptr %8, align 8
  %26 = getelementptr inbounds [4 x <16 x float>], ptr %25, i64 2
  store ptr %26, ptr %8, align 8
  br label %10, !llvm.loop !37
27:                                               ; preds = %10
  %28 = load ptr, ptr %5, align 8, !nonnull !13, !align !17
  %29 = load i64, ptr %6, align 8
  %30 = load i64, ptr %7, align 8
  %31 = load ptr, ptr %8, align 8
  call void @_ZL3addILb0ELi1EEvRK5GroupllPA4_Dv16_f(ptr noundef nonnull align 64 dereferenceable(576) %28, i64 noundef %29, i64 noundef %30, ptr noundef %31)
  ret void
}
define internal noundef i32 @_ZL4loadIiET_PKv(ptr noundef %0) #4 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = getelementptr inbounds nuw %struct.Anywhere.22, ptr %3, i32 0, i32 0
  %5 = load i32, ptr %4, align 1
  ret i32 %5
}
declare <16 x i32> @llvm.x86.avx512.vpdpbusd.512(<16 x i32>, <16 x i32>, <16 x i32>)
declare <16 x i32> @llvm.x86.avx512.pmaddw.d.512(<32 x i16>, <32 x i16>) #13
define internal noundef <16 x float> @_ZL6scaledDv16_iS_ff6AffineDv16_f(<16 x i32> noundef %0, <16 x i32> noundef %1, float noundef %2, float noundef %3, ptr noundef byval(%struct.Affine) align 64 %4, <16 x float> noundef %5) #7 {
  %7 = alloca <16 x i32>, align 64
  %8 = alloca <16 x i32>, align 64
  %9 = alloca float, align 4
  %10 = alloca float, align 4
  %11 = alloca <16 x float>, align 64
  %12 = alloca <16 x float>, align 64
  %13 = alloca <16 x float>, align 64
  %14 = alloca <16 x float>, align 64
  store <16 x i32> %0, ptr %7, align 64
  store <16 x i32> %1, ptr %8, align 64
  store float %2, ptr %9, align 4
  store float %3, ptr %10, align 4
  store <16 x float> %5, ptr %11, align 64
  %15 = load <16 x i32>, ptr %7, align 64
  %16 = sitofp <16 x i32> %15 to <16 x float>
  store <16 x float> %16, ptr %12, align 64
  %17 = load <16 x i32>, ptr %8, align 64
  %18 = sitofp <16 x i32> %17 to <16 x float>
  store <16 x float> %18, ptr %13, align 64
  %19 = load <16 x float>, ptr %13, align 64
  %20 = load <16 x float>, ptr %12, align 64
  %21 = call noundef <16 x float> @_ZL3fmaIDv16_fET_S1_S1_S1_(<16 x float> noundef %19, <16 x float> noundef splat (float 0x3F70204080000000), <16 x float> noundef %20)
  %22 = load float, ptr %9, align 4
  %23 = insertelement <16 x float> poison, float %22, i64 0
  %24 = shufflevector <16 x float> %23, <16 x float> poison, <16 x i32> zeroinitializer
  %25 = fmul <16 x float> %21, %24
  store <16 x float> %25, ptr %14, align 64
  %26 = load <16 x float>, ptr %14, align 64
  %27 = getelementptr inbounds nuw %struct.Affine, ptr %4, i32 0, i32 0
  %28 = load <16 x float>, ptr %27, align 64
  %29 = load float, ptr %10, align 4
  %30 = insertelement <16 x float> poison, float %29, i64 0
  %31 = shufflevector <16 x float> %30, <16 x float> poison, <16 x i32> zeroinitializer
  %32 = fadd <16 x float> zeroinitializer, %31
  %33 = getelementptr inbounds nuw %struct.Affine, ptr %4, i32 0, i32 1
  %34 = load <16 x float>, ptr %33, align 64
  %35 = load <16 x float>, ptr %11, align 64
  %36 = call noundef <16 x float> @_ZL3fmaIDv16_fET_S1_S1_S1_(<16 x float> noundef %32, <16 x float> noundef %34, <16 x float> noundef %35)
  %37 = call noundef <16 x float> @_ZL3fmaIDv16_fET_S1_S1_S1_(<16 x float> noundef %26, <16 x float> noundef %28, <16 x float> noundef %36)
  ret <16 x float> %37
}
declare void @llvm.memcpy.p0.p0.i64(ptr noalias writeonly captures(none), ptr noalias readonly captures(none), i64, i1 immarg) #14
define internal void @_ZL8add_rowsILb0ELi2ELi0EEvRK5GroupRK5PartsPA4_Dv16_f(ptr noundef nonnull align 64 dereferenceable(576) %0, ptr noundef nonnull align 8 dereferenceable(32) %1, ptr noundef %2) #7 {
  %4 = alloca ptr, align 8
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  %8 = alloca [4 x [4 x <16 x i32>]], align 64
  %9 = alloca i64, align 8
  %10 = alloca i32, align 4
  %11 = alloca [4 x [4 x <32 x i16>]], align 64
  %12 = alloca i64, align 8
  %13 = alloca [4 x <64 x i8>], align 64
  %14 = alloca ptr, align 8
  %15 = alloca i32, align 4
  %16 = alloca <64 x i8>, align 64
  %17 = alloca i32, align 4
  %18 = alloca i32, align 4
  %19 = alloca i32, align 4
  %20 = alloca i32, align 4
  %21 = alloca i32, align 4
  %22 = alloca float, align 4
  %23 = alloca float, align 4
  %24 = alloca ptr, align 8
  %25 = alloca %struct.Affine, align 64
  store ptr %0, ptr %4, align 8
  store ptr %1, ptr %5, align 8
  store ptr %2, ptr %6, align 8
  %26 = load ptr, ptr %4, align 8, !nonnull !13, !align !17
  %27 = getelementptr inbounds nuw %struct.Group, ptr %26, i32 0, i32 1
  %28 = load i64, ptr %27, align 8
  %29 = load ptr, ptr %4, align 8, !nonnull !13, !align !17
  %30 = getelementptr inbounds nuw %struct.Group, ptr %29, i32 0, i32 0
  %31 = load ptr, ptr %30, align 64
  %32 = getelementptr inbounds nuw %struct.Product, ptr %31, i32 0, i32 10
  %33 = load i64, ptr %32, align 8
  %34 = mul nsw i64 %28, %33
  store i64 %34, ptr %7, align 8
  call void @llvm.memset.p0.i64(ptr align 64 %8, i8 0, i64 1024, i1 false)
  store i64 0, ptr %9, align 8
  br label %35
35:                                               ; preds = %163, %3
  %36 = load i64, ptr %9, align 8
  %37 = load ptr, ptr %4, align 8, !nonnull !13, !align !17
  %38 = getelementptr inbounds nuw %struct.Group, ptr %37, i32 0, i32 0
  %39 = load ptr, ptr %38, align 64
  %40 = getelementptr inbounds nuw %struct.Product, ptr %39, i32 0, i32 10
  %41 = load i64, ptr %40, align 8
  %42 = icmp slt i64 %36, %41
  br i1 %42, label %44, label %43
43:                                               ; preds = %35
  store i32 2, ptr %10, align 4
  br label %166
44:                                               ; preds = %35
  call void @llvm.memset.p0.i64(ptr align 64 %11, i8 0, i64 1024, i1 false)
  %45 = load i64, ptr %9, align 8
  store i64 %45, ptr %12, align 8
  br label %46
46:                                               ; preds = %122, %44
  %47 = load i64, ptr %12, align 8
  %48 = load i64, ptr %9, align 8
  %49 = add nsw i64 %48, 32
  %50 = icmp slt i64 %47, %49
  br i1 %50, label %52, label %51
51:                                               ; preds = %46
  store i32 5, ptr %10, align 4
  br label %125
52:                                               ; preds = %46
  %53 = getelementptr inbounds [4 x <64 x i8>], ptr %13, i64 0, i64 0
  store ptr %53, ptr %14, align 8
  %54 = load ptr, ptr %4, align 8, !nonnull !13, !align !17
  %55 = getelementptr inbounds nuw %struct.Group, ptr %54, i32 0, i32 2
  %56 = load ptr, ptr %55, align 16
  %57 = load i64, ptr %12, align 8
  %58 = mul nsw i64 32, %57
  %59 = getelementptr inbounds i8, ptr %56, i64 %58
  %60 = getelementptr inbounds [4 x <64 x i8>], ptr %13, i64 0, i64 0
  call void @_ZL6unpackILi0EEvPKhPDv64_a(ptr noundef %59, ptr noundef %60)
  store i32 0, ptr %15, align 4
  br label %61
61:                                               ; preds = %118, %52
  %62 = load i32, ptr %15, align 4
  %63 = icmp slt i32 %62, 4
  br i1 %63, label %65, label %64
64:                                               ; preds = %61
  store i32 8, ptr %10, align 4
  br label %121
65:                                               ; preds = %61
  %66 = load ptr, ptr %5, align 8, !nonnull !13, !align !14
  %67 = getelementptr inbounds nuw %struct.Parts, ptr %66, i32 0, i32 0
  %68 = load ptr, ptr %67, align 8
  %69 = load i32, ptr %15, align 4
  %70 = sext i32 %69 to i64
  %71 = load ptr, ptr %4, align 8, !nonnull !13, !align !17
  %72 = getelementptr inbounds nuw %struct.Group, ptr %71, i32 0, i32 0
  %73 = load ptr, ptr %72, align 64
  %74 = getelementptr inbounds nuw %struct.Product, ptr %73, i32 0, i32 8
  %75 = load i64, ptr %74, align 8
  %76 = mul nsw i64 %70, %75
  %77 = getelementptr inbounds i8, ptr %68, i64 %76
  %78 = load i64, ptr %7, align 8
  %79 = getelementptr inbounds i8, ptr %77, i64 %78
  %80 = load i64, ptr %12, align 8
  %81 = getelementptr inbounds i8, ptr %79, i64 %80
  %82 = call noundef i32 @_ZL4loadIiET_PKv(ptr noundef %81)
  %83 = insertelement <16 x i32> poison, i32 %82, i64 0
  %84 = shufflevector <16 x i32> %83, <16 x i32> poison, <16 x i32> zeroinitializer
  %85 = add <16 x i32> zeroinitializer, %84
  %86 = bitcast <16 x i32> %85 to <64 x i8>
  store <64 x i8> %86, ptr %16, align 64
  store i32 0, ptr %17, align 4
  br label %87
87:                                               ; preds = %114, %65
  %88 = load i32, ptr %17, align 4
  %89 = icmp slt i32 %88, 4
  br i1 %89, label %91, label %90
90:                                               ; preds = %87
  store i32 11, ptr %10, align 4
  br label %117
91:                                               ; preds = %87
  %92 = load i32, ptr %15, align 4
  %93 = sext i32 %92 to i64
  %94 = getelementptr inbounds [4 x [4 x <16 x i32>]], ptr %8, i64 0, i64 %93
  %95 = load i32, ptr %17, align 4
  %96 = sext i32 %95 to i64
  %97 = getelementptr inbounds [4 x <16 x i32>], ptr %94, i64 0, i64 %96
  %98 = load <16 x i32>, ptr %97, align 64
  %99 = load ptr, ptr %14, align 8
  %100 = load i32, ptr %17, align 4
  %101 = sext i32 %100 to i64
  %102 = getelementptr inbounds <64 x i8>, ptr %99, i64 %101
  %103 = load <64 x i8>, ptr %102, align 64
  %104 = bitcast <64 x i8> %103 to <16 x i32>
  %105 = load <64 x i8>, ptr %16, align 64
  %106 = bitcast <64 x i8> %105 to <16 x i32>
  %107 = call noundef <16 x i32> @llvm.x86.avx512.vpdpbusd.512(<16 x i32> noundef %98, <16 x i32> noundef %104, <16 x i32> noundef %106)
  %108 = load i32, ptr %15, align 4
  %109 = sext i32 %108 to i64
  %110 = getelementptr inbounds [4 x [4 x <16 x i32>]], ptr %8, i64 0, i64 %109
  %111 = load i32, ptr %17, align 4
  %112 = sext i32 %111 to i64
  %113 = getelementptr inbounds [4 x <16 x i32>], ptr %110, i64 0, i64 %112
  store <16 x i32> %107, ptr %113, align 64
  br label %114
114:                                              ; preds = %91
  %115 = load i32, ptr %17, align 4
  %116 = add nsw i32 %115, 1
  store i32 %116, ptr %17, align 4
  br label %87, !llvm.loop !38
117:                                              ; preds = %90
  br label %118
118:                                              ; preds = %117
  %119 = load i32, ptr %15, align 4
  %120 = add nsw i32 %119, 1
  store i32 %120, ptr %15, align 4
  br label %61, !llvm.loop !39
121:                                              ; preds = %64
  br label %122
122:                                              ; preds = %121
  %123 = load i64, ptr %12, align 8
  %124 = add nsw i64 %123, 4
  store i64 %124, ptr %12, align 8
  br label %46, !llvm.loop !40
125:                                              ; preds = %51
  store i32 0, ptr %18, align 4
  br label %126
126:                                              ; preds = %159, %125
  %127 = load i32, ptr %18, align 4
  %128 = icmp slt i32 %127, 4
  br i1 %128, label %130, label %129
129:                                              ; preds = %126
  store i32 14, ptr %10, align 4
  br label %162
130:                                              ; preds = %126
  store i32 0, ptr %19, align 4
  br label %131
131:                                              ; preds = %155, %130
  %132 = load i32, ptr %19, align 4
  %133 = icmp slt i32 %132, 4
  br i1 %133, label %134, label %135
134:                                              ; preds = %131
  br label %135
135:                                              ; preds = %134, %131
  %136 = phi i1 [ false, %131 ], [ false, %134 ]
  br i1 %136, label %138, label %137
137:                                              ; preds = %135
  store i32 17, ptr %10, align 4
  br label %158
138:                                              ; preds = %135
  %139 = load i32, ptr %18, align 4
  %140 = sext i32 %139 to i64
  %141 = getelementptr inbounds [4 x [4 x <32 x i16>]], ptr %11, i64 0, i64 %140
  %142 = load i32, ptr %19, align 4
  %143 = sext i32 %142 to i64
  %144 = getelementptr inbounds [4 x <32 x i16>], ptr %141, i64 0, i64 %143
  %145 = load <32 x i16>, ptr %144, align 64
  %146 = call noundef <16 x i32> @llvm.x86.avx512.pmaddw.d.512(<32 x i16> noundef %145, <32 x i16> noundef splat (i16 1))
  %147 = load i32, ptr %18, align 4
  %148 = sext i32 %147 to i64
  %149 = getelementptr inbounds [4 x [4 x <16 x i32>]], ptr %8, i64 0, i64 %148
  %150 = load i32, ptr %19, align 4
  %151 = sext i32 %150 to i64
  %152 = getelementptr inbounds [4 x <16 x i32>], ptr %149, i64 0, i64 %151
  %153 = load <16 x i32>, ptr %152, align 64
  %154 = add <16 x i32> %153, %146
  store <16 x i32> %154, ptr %152, align 64
  br label %155
155:                                              ; preds = %138
  %156 = load i32, ptr %19, align 4
  %157 = add nsw i32 %156, 1
  store i32 %157, ptr %19, align 4
  br label %131, !llvm.loop !41
158:                                              ; preds = %137
  br label %159
159:                                              ; preds = %158
  %160 = load i32, ptr %18, align 4
  %161 = add nsw i32 %160, 1
  store i32 %161, ptr %18, align 4
  br label %126, !llvm.loop !42
162:                                              ; preds = %129
  br label %163
163:                                              ; preds = %162
  %164 = load i64, ptr %9, align 8
  %165 = add nsw i64 %164, 32
  store i64 %165, ptr %9, align 8
  br label %35, !llvm.loop !43
166:                                              ; preds = %43
  store i32 0, ptr %20, align 4
  br label %167
167:                                              ; preds = %252, %166
  %168 = load i32, ptr %20, align 4
  %169 = icmp slt i32 %168, 2
  br i1 %169, label %171, label %170
170:                                              ; preds = %167
  store i32 20, ptr %10, align 4
  br label %255
171:                                              ; preds = %167
  store i32 0, ptr %21, align 4
  br label %172
172:                                              ; preds = %248, %171
  %173 = load i32, ptr %21, align 4
  %174 = icmp slt i32 %173, 4
  br i1 %174, label %176, label %175
175:                                              ; preds = %172
  store i32 23, ptr %10, align 4
  br label %251
176:                                              ; preds = %172
  %177 = load ptr, ptr %5, align 8, !nonnull !13, !align !14
  %178 = getelementptr inbounds nuw %struct.Parts, ptr %177, i32 0, i32 2
  %179 = load ptr, ptr %178, align 8
  %180 = load ptr, ptr %4, align 8, !nonnull !13, !align !17
  %181 = getelementptr inbounds nuw %struct.Group, ptr %180, i32 0, i32 1
  %182 = load i64, ptr %181, align 8
  %183 = load ptr, ptr %4, align 8, !nonnull !13, !align !17
  %184 = getelementptr inbounds nuw %struct.Group, ptr %183, i32 0, i32 0
  %185 = load ptr, ptr %184, align 64
  %186 = getelementptr inbounds nuw %struct.Product, ptr %185, i32 0, i32 7
  %187 = load i64, ptr %186, align 8
  %188 = mul nsw i64 %182, %187
  %189 = load i32, ptr %20, align 4
  %190 = sext i32 %189 to i64
  %191 = add nsw i64 %188, %190
  %192 = getelementptr inbounds float, ptr %179, i64 %191
  %193 = load float, ptr %192, align 4
  store float %193, ptr %22, align 4
  %194 = load ptr, ptr %5, align 8, !nonnull !13, !align !14
  %195 = getelementptr inbounds nuw %struct.Parts, ptr %194, i32 0, i32 3
  %196 = load ptr, ptr %195, align 8
  %197 = load ptr, ptr %4, align 8, !nonnull !13, !align !17
  %198 = getelementptr inbounds nuw %struct.Group, ptr %197, i32 0, i32 1
  %199 = load i64, ptr %198, align 8
  %200 = load ptr, ptr %4, align 8, !nonnull !13, !align !17
  %201 = getelementptr inbounds nuw %struct.Group, ptr %200, i32 0, i32 0
  %202 = load ptr, ptr %201, align 64
  %203 = getelementptr inbounds nuw %struct.Product, ptr %202, i32 0, i32 7
  %204 = load i64, ptr %203, align 8
  %205 = mul nsw i64 %199, %204
  %206 = load i32, ptr %20, align 4
  %207 = sext i32 %206 to i64
  %208 = add nsw i64 %205, %207
  %209 = getelementptr inbounds float, ptr %196, i64 %208
  %210 = load float, ptr %209, align 4
  store float %210, ptr %23, align 4
  %211 = load ptr, ptr %6, align 8
  %212 = load i32, ptr %20, align 4
  %213 = sext i32 %212 to i64
  %214 = getelementptr inbounds [4 x <16 x float>], ptr %211, i64 %213
  %215 = load i32, ptr %21, align 4
  %216 = add nsw i32 0, %215
  %217 = sext i32 %216 to i64
  %218 = getelementptr inbounds [4 x <16 x float>], ptr %214, i64 0, i64 %217
  store ptr %218, ptr %24, align 8
  %219 = load i32, ptr %20, align 4
  %220 = mul nsw i32 2, %219
  %221 = sext i32 %220 to i64
  %222 = getelementptr inbounds [4 x [4 x <16 x i32>]], ptr %8, i64 0, i64 %221
  %223 = load i32, ptr %21, align 4
  %224 = sext i32 %223 to i64
  %225 = getelementptr inbounds [4 x <16 x i32>], ptr %222, i64 0, i64 %224
  %226 = load <16 x i32>, ptr %225, align 64
  %227 = load i32, ptr %20, align 4
  %228 = mul nsw i32 2, %227
  %229 = add nsw i32 %228, 1
  %230 = sext i32 %229 to i64
  %231 = getelementptr inbounds [4 x [4 x <16 x i32>]], ptr %8, i64 0, i64 %230
  %232 = load i32, ptr %21, align 4
  %233 = sext i32 %232 to i64
  %234 = getelementptr inbounds [4 x <16 x i32>], ptr %231, i64 0, i64 %233
  %235 = load <16 x i32>, ptr %234, align 64
  %236 = load float, ptr %22, align 4
  %237 = load float, ptr %23, align 4
  %238 = load ptr, ptr %4, align 8, !nonnull !13, !align !17
  %239 = getelementptr inbounds nuw %struct.Group, ptr %238, i32 0, i32 4
  %240 = load i32, ptr %21, align 4
  %241 = add nsw i32 0, %240
  %242 = sext i32 %241 to i64
  %243 = getelementptr inbounds [4 x %struct.Affine], ptr %239, i64 0, i64 %242
  call void @llvm.memcpy.p0.p0.i64(ptr align 64 %25, ptr align 64 %243, i64 128, i1 false)
  %244 = load ptr, ptr %24, align 8, !nonnull !13, !align !17
  %245 = load <16 x float>, ptr %244, align 64
  %246 = call noundef <16 x float> @_ZL6scaledDv16_iS_ff6AffineDv16_f(<16 x i32> noundef %226, <16 x i32> noundef %235, float noundef %236, float noundef %237, ptr noundef byval(%struct.Affine) align 64 %25, <16 x float> noundef %245)
  %247 = load ptr, ptr %24, align 8, !nonnull !13, !align !17
  store <16 x float> %246, ptr %247, align 64
  br label %248
248:                                              ; preds = %176
  %249 = load i32, ptr %21, align 4
  %250 = add nsw i32 %249, 1
  store i32 %250, ptr %21, align 4
  br label %172, !llvm.loop !44
251:                                              ; preds = %175
  br label %252
252:                                              ; preds = %251
  %253 = load i32, ptr %20, align 4
  %254 = add nsw i32 %253, 1
  store i32 %254, ptr %20, align 4
  br label %167, !llvm.loop !45
255:                                              ; preds = %170
  ret void
}
define internal void @_ZL3addILb0ELi1EEvRK5GroupllPA4_Dv16_f(ptr noundef nonnull align 64 dereferenceable(576) %0, i64 noundef %1, i64 noundef %2, ptr noundef %3) #4 {
  %5 = alloca ptr, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  %8 = alloca ptr, align 8
  %9 = alloca %struct.Parts, align 8
  store ptr %0, ptr %5, align 8
  store i64 %1, ptr %6, align 8
  store i64 %2, ptr %7, align 8
  store ptr %3, ptr %8, align 8
  br label %10
10:                                               ; preds = %22, %4
  %11 = load i64, ptr %6, align 8
  %12 = add nsw i64 %11, 1
  %13 = load i64, ptr %7, align 8
  %14 = icmp sle i64 %12, %13
  br i1 %14, label %15, label %27
15:                                               ; preds = %10
  %16 = load ptr, ptr %5, align 8, !nonnull !13, !align !17
  %17 = load ptr, ptr %5, align 8, !nonnull !13, !align !17
  %18 = getelementptr inbounds nuw %struct.Group, ptr %17, i32 0, i32 0
  %19 = load ptr, ptr %18, align 64
  %20 = load i64, ptr %6, align 8
  call void @_ZN5PartsC2EPK7Productl(ptr noundef nonnull align 8 dereferenceable(32) %9, ptr noundef %19, i64 noundef %20)
  %21 = load ptr, ptr %8, align 8
  call void @_ZL8add_rowsILb0ELi1ELi0EEvRK5GroupRK5PartsPA4_Dv16_f(ptr noundef nonnull align 64 dereferenceable(576) %16, ptr noundef nonnull align 8 dereferenceable(32) %9, ptr noundef %21)
  br label %22
22:                                               ; preds = %15
  %23 = load i64, ptr %6, align 8
  %24 = add nsw i64 %23, 1
  store i64 %24, ptr %6, align 8
  %25 = load ptr, ptr %8, align 8
  %26 = getelementptr inbounds [4 x <16 x float>], ptr %25, i64 1
  store ptr %26, ptr %8, align 8
  br label %10, !llvm.loop !46
27:                                               ; preds = %10
  ret void
}
define internal void @_ZL8add_rowsILb0ELi1ELi0EEvRK5GroupRK5PartsPA4_Dv16_f(ptr noundef nonnull align 64 dereferenceable(576) %0, ptr noundef nonnull align 8 dereferenceable(32) %1, ptr noundef %2) #7 {
  %4 = alloca ptr, align 8
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  %8 = alloca [2 x [4 x <16 x i32>]], align 64
  %9 = alloca i64, align 8
  %10 = alloca i32, align 4
  %11 = alloca [2 x [4 x <32 x i16>]], align 64
  %12 = alloca i64, align 8
  %13 = alloca [4 x <64 x i8>], align 64
  %14 = alloca ptr, align 8
  %15 = alloca i32, align 4
  %16 = alloca <64 x i8>, align 64
  %17 = alloca i32, align 4
  %18 = alloca i32, align 4
  %19 = alloca i32, align 4
  %20 = alloca i32, align 4
  %21 = alloca i32, align 4
  %22 = alloca float, align 4
  %23 = alloca float, align 4
  %24 = alloca ptr, align 8
  %25 = alloca %struct.Affine, align 64
  store ptr %0, ptr %4, align 8
  store ptr %1, ptr %5, align 8
  store ptr %2, ptr %6, align 8
  %26 = load ptr, ptr %4, align 8, !nonnull !13, !align !17
  %27 = getelementptr inbounds nuw %struct.Group, ptr %26, i32 0, i32 1
  %28 = load i64, ptr %27, align 8
  %29 = load ptr, ptr %4, align 8, !nonnull !13, !align !17
  %30 = getelementptr inbounds nuw %struct.Group, ptr %29, i32 0, i32 0
  %31 = load ptr, ptr %30, align 64
  %32 = getelementptr inbounds nuw %struct.Product, ptr %31, i32 0, i32 10
  %33 = load i64, ptr %32, align 8
  %34 = mul nsw i64 %28, %33
  store i64 %34, ptr %7, align 8
  call void @llvm.memset.p0.i64(ptr align 64 %8, i8 0, i64 512, i1 false)
  store i64 0, ptr %9, align 8
  br label %35
35:                                               ; preds = %163, %3
  %36 = load i64, ptr %9, align 8
  %37 = load ptr, ptr %4, align 8, !nonnull !13, !align !17
  %38 = getelementptr inbounds nuw %struct.Group, ptr %37, i32 0, i32 0
  %39 = load ptr, ptr %38, align 64
  %40 = getelementptr inbounds nuw %struct.Product, ptr %39, i32 0, i32 10
  %41 = load i64, ptr %40, align 8
  %42 = icmp slt i64 %36, %41
  br i1 %42, label %44, label %43
43:                                               ; preds = %35
  store i32 2, ptr %10, align 4
  br label %166
44:                                               ; preds = %35
  call void @llvm.memset.p0.i64(ptr align 64 %11, i8 0, i64 512, i1 false)
  %45 = load i64, ptr %9, align 8
  store i64 %45, ptr %12, align 8
  br label %46
46:                                               ; preds = %122, %44
  %47 = load i64, ptr %12, align 8
  %48 = load i64, ptr %9, align 8
  %49 = add nsw i64 %48, 32
  %50 = icmp slt i64 %47, %49
  br i1 %50, label %52, label %51
51:                                               ; preds = %46
  store i32 5, ptr %10, align 4
  br label %125
52:                                               ; preds = %46
  %53 = getelementptr inbounds [4 x <64 x i8>], ptr %13, i64 0, i64 0
  store ptr %53, ptr %14, align 8
  %54 = load ptr, ptr %4, align 8, !nonnull !13, !align !17
  %55 = getelementptr inbounds nuw %struct.Group, ptr %54, i32 0, i32 2
  %56 = load ptr, ptr %55, align 16
  %57 = load i64, ptr %12, align 8
  %58 = mul nsw i64 32, %57
  %59 = getelementptr inbounds i8, ptr %56, i64 %58
  %60 = getelementptr inbounds [4 x <64 x i8>], ptr %13, i64 0, i64 0
  call void @_ZL6unpackILi0EEvPKhPDv64_a(ptr noundef %59, ptr noundef %60)
  store i32 0, ptr %15, align 4
  br label %61
61:                                               ; preds = %118, %52
  %62 = load i32, ptr %15, align 4
  %63 = icmp slt i32 %62, 2
  br i1 %63, label %65, label %64
64:                                               ; preds = %61
  store i32 8, ptr %10, align 4
  br label %121
65:                                               ; preds = %61
  %66 = load ptr, ptr %5, align 8, !nonnull !13, !align !14
  %67 = getelementptr inbounds nuw %struct.Parts, ptr %66, i32 0, i32 0
  %68 = load ptr, ptr %67, align 8
  %69 = load i32, ptr %15, align 4
  %70 = sext i32 %69 to i64
  %71 = load ptr, ptr %4, align 8, !nonnull !13, !align !17
  %72 = getelementptr inbounds nuw %struct.Group, ptr %71, i32 0, i32 0
  %73 = load ptr, ptr %72, align 64
  %74 = getelementptr inbounds nuw %struct.Product, ptr %73, i32 0, i32 8
  %75 = load i64, ptr %74, align 8
  %76 = mul nsw i64 %70, %75
  %77 = getelementptr inbounds i8, ptr %68, i64 %76
  %78 = load i64, ptr %7, align 8
  %79 = getelementptr inbounds i8, ptr %77, i64 %78
  %80 = load i64, ptr %12, align 8
  %81 = getelementptr inbounds i8, ptr %79, i64 %80
  %82 = call noundef i32 @_ZL4loadIiET_PKv(ptr noundef %81)
  %83 = insertelement <16 x i32> poison, i32 %82, i64 0
  %84 = shufflevector <16 x i32> %83, <16 x i32> poison, <16 x i32> zeroinitializer
  %85 = add <16 x i32> zeroinitializer, %84
  %86 = bitcast <16 x i32> %85 to <64 x i8>
  store <64 x i8> %86, ptr %16, align 64
  store i32 0, ptr %17, align 4
  br label %87
87:                                               ; preds = %114, %65
  %88 = load i32, ptr %17, align 4
  %89 = icmp slt i32 %88, 4
  br i1 %89, label %91, label %90
90:                                               ; preds = %87
  store i32 11, ptr %10, align 4
  br label %117
91:                                               ; preds = %87
  %92 = load i32, ptr %15, align 4
  %93 = sext i32 %92 to i64
  %94 = getelementptr inbounds [2 x [4 x <16 x i32>]], ptr %8, i64 0, i64 %93
  %95 = load i32, ptr %17, align 4
  %96 = sext i32 %95 to i64
  %97 = getelementptr inbounds [4 x <16 x i32>], ptr %94, i64 0, i64 %96
  %98 = load <16 x i32>, ptr %97, align 64
  %99 = load ptr, ptr %14, align 8
  %100 = load i32, ptr %17, align 4
  %101 = sext i32 %100 to i64
  %102 = getelementptr inbounds <64 x i8>, ptr %99, i64 %101
  %103 = load <64 x i8>, ptr %102, align 64
  %104 = bitcast <64 x i8> %103 to <16 x i32>
  %105 = load <64 x i8>, ptr %16, align 64
  %106 = bitcast <64 x i8> %105 to <16 x i32>
  %107 = call noundef <16 x i32> @llvm.x86.avx512.vpdpbusd.512(<16 x i32> noundef %98, <16 x i32> noundef %104, <16 x i32> noundef %106)
  %108 = load i32, ptr %15, align 4
  %109 = sext i32 %108 to i64
  %110 = getelementptr inbounds [2 x [4 x <16 x i32>]], ptr %8, i64 0, i64 %109
  %111 = load i32, ptr %17, align 4
  %112 = sext i32 %111 to i64
  %113 = getelementptr inbounds [4 x <16 x i32>], ptr %110, i64 0, i64 %112
  store <16 x i32> %107, ptr %113, align 64
  br label %114
114:                                              ; preds = %91
  %115 = load i32, ptr %17, align 4
  %116 = add nsw i32 %115, 1
  store i32 %116, ptr %17, align 4
  br label %87, !llvm.loop !47
117:                                              ; preds = %90
  br label %118
118:                                              ; preds = %117
  %119 = load i32, ptr %15, align 4
  %120 = add nsw i32 %119, 1
  store i32 %120, ptr %15, align 4
  br label %61, !llvm.loop !48
121:                                              ; preds = %64
  br label %122
122:                                              ; preds = %121
  %123 = load i64, ptr %12, align 8
  %124 = add nsw i64 %123, 4
  store i64 %124, ptr %12, align 8
  br label %46, !llvm.loop !49
125:                                              ; preds = %51
  store i32 0, ptr %18, align 4
  br label %126
126:                                              ; preds = %159, %125
  %127 = load i32, ptr %18, align 4
  %128 = icmp slt i32 %127, 2
  br i1 %128, label %130, label %129
129:                                              ; preds = %126
  store i32 14, ptr %10, align 4
  br label %162
130:                                              ; preds = %126
  store i32 0, ptr %19, align 4
  br label %131
131:                                              ; preds = %155, %130
  %132 = load i32, ptr %19, align 4
  %133 = icmp slt i32 %132, 4
  br i1 %133, label %134, label %135
134:                                              ; preds = %131
  br label %135
135:                                              ; preds = %134, %131
  %136 = phi i1 [ false, %131 ], [ false, %134 ]
  br i1 %136, label %138, label %137
137:                                              ; preds = %135
  store i32 17, ptr %10, align 4
  br label %158
138:                                              ; preds = %135
  %139 = load i32, ptr %18, align 4
  %140 = sext i32 %139 to i64
  %141 = getelementptr inbounds [2 x [4 x <32 x i16>]], ptr %11, i64 0, i64 %140
  %142 = load i32, ptr %19, align 4
  %143 = sext i32 %142 to i64
  %144 = getelementptr inbounds [4 x <32 x i16>], ptr %141, i64 0, i64 %143
  %145 = load <32 x i16>, ptr %144, align 64
  %146 = call noundef <16 x i32> @llvm.x86.avx512.pmaddw.d.512(<32 x i16> noundef %145, <32 x i16> noundef splat (i16 1))
  %147 = load i32, ptr %18, align 4
  %148 = sext i32 %147 to i64
  %149 = getelementptr inbounds [2 x [4 x <16 x i32>]], ptr %8, i64 0, i64 %148
  %150 = load i32, ptr %19, align 4
  %151 = sext i32 %150 to i64
  %152 = getelementptr inbounds [4 x <16 x i32>], ptr %149, i64 0, i64 %151
  %153 = load <16 x i32>, ptr %152, align 64
  %154 = add <16 x i32> %153, %146
  store <16 x i32> %154, ptr %152, align 64
  br label %155
155:                                              ; preds = %138
  %156 = load i32, ptr %19, align 4
  %157 = add nsw i32 %156, 1
  store i32 %157, ptr %19, align 4
  br label %131, !llvm.loop !50
158:                                              ; preds = %137
  br label %159
159:                                              ; preds = %158
  %160 = load i32, ptr %18, align 4
  %161 = add nsw i32 %160, 1
  store i32 %161, ptr %18, align 4
  br label %126, !llvm.loop !51
162:                                              ; preds = %129
  br label %163
163:                                              ; preds = %162
  %164 = load i64, ptr %9, align 8
  %165 = add nsw i64 %164, 32
  store i64 %165, ptr %9, align 8
  br label %35, !llvm.loop !52
166:                                              ; preds = %43
  store i32 0, ptr %20, align 4
  br label %167
167:                                              ; preds = %252, %166
  %168 = load i32, ptr %20, align 4
  %169 = icmp slt i32 %168, 1
  br i1 %169, label %171, label %170
170:                                              ; preds = %167
  store i32 20, ptr %10, align 4
  br label %255
171:                                              ; preds = %167
  store i32 0, ptr %21, align 4
  br label %172
172:                                              ; preds = %248, %171
  %173 = load i32, ptr %21, align 4
  %174 = icmp slt i32 %173, 4
  br i1 %174, label %176, label %175
175:                                              ; preds = %172
  store i32 23, ptr %10, align 4
  br label %251
176:                                              ; preds = %172
  %177 = load ptr, ptr %5, align 8, !nonnull !13, !align !14
  %178 = getelementptr inbounds nuw %struct.Parts, ptr %177, i32 0, i32 2
  %179 = load ptr, ptr %178, align 8
  %180 = load ptr, ptr %4, align 8, !nonnull !13, !align !17
  %181 = getelementptr inbounds nuw %struct.Group, ptr %180, i32 0, i32 1
  %182 = load i64, ptr %181, align 8
  %183 = load ptr, ptr %4, align 8, !nonnull !13, !align !17
  %184 = getelementptr inbounds nuw %struct.Group, ptr %183, i32 0, i32 0
  %185 = load ptr, ptr %184, align 64
  %186 = getelementptr inbounds nuw %struct.Product, ptr %185, i32 0, i32 7
  %187 = load i64, ptr %186, align 8
  %188 = mul nsw i64 %182, %187
  %189 = load i32, ptr %20, align 4
  %190 = sext i32 %189 to i64
  %191 = add nsw i64 %188, %190
  %192 = getelementptr inbounds float, ptr %179, i64 %191
  %193 = load float, ptr %192, align 4
  store float %193, ptr %22, align 4
  %194 = load ptr, ptr %5, align 8, !nonnull !13, !align !14
  %195 = getelementptr inbounds nuw %struct.Parts, ptr %194, i32 0, i32 3
  %196 = load ptr, ptr %195, align 8
  %197 = load ptr, ptr %4, align 8, !nonnull !13, !align !17
  %198 = getelementptr inbounds nuw %struct.Group, ptr %197, i32 0, i32 1
  %199 = load i64, ptr %198, align 8
  %200 = load ptr, ptr %4, align 8, !nonnull !13, !align !17
  %201 = getelementptr inbounds nuw %struct.Group, ptr %200, i32 0, i32 0
  %202 = load ptr, ptr %201, align 64
  %203 = getelementptr inbounds nuw %struct.Product, ptr %202, i32 0, i32 7
  %204 = load i64, ptr %203, align 8
  %205 = mul nsw i64 %199, %204
  %206 = load i32, ptr %20, align 4
  %207 = sext i32 %206 to i64
  %208 = add nsw i64 %205, %207
  %209 = getelementptr inbounds float, ptr %196, i64 %208
  %210 = load float, ptr %209, align 4
  store float %210, ptr %23, align 4
  %211 = load ptr, ptr %6, align 8
  %212 = load i32, ptr %20, align 4
  %213 = sext i32 %212 to i64
  %214 = getelementptr inbounds [4 x <16 x float>], ptr %211, i64 %213
  %215 = load i32, ptr %21, align 4
  %216 = add nsw i32 0, %215
  %217 = sext i32 %216 to i64
  %218 = getelementptr inbounds [4 x <16 x float>], ptr %214, i64 0, i64 %217
  store ptr %218, ptr %24, align 8
  %219 = load i32, ptr %20, align 4
  %220 = mul nsw i32 2, %219
  %221 = sext i32 %220 to i64
  %222 = getelementptr inbounds [2 x [4 x <16 x i32>]], ptr %8, i64 0, i64 %221
  %223 = load i32, ptr %21, align 4
  %224 = sext i32 %223 to i64
  %225 = getelementptr inbounds [4 x <16 x i32>], ptr %222, i64 0, i64 %224
  %226 = load <16 x i32>, ptr %225, align 64
  %227 = load i32, ptr %20, align 4
  %228 = mul nsw i32 2, %227
  %229 = add nsw i32 %228, 1
  %230 = sext i32 %229 to i64
  %231 = getelementptr inbounds [2 x [4 x <16 x i32>]], ptr %8, i64 0, i64 %230
  %232 = load i32, ptr %21, align 4
  %233 = sext i32 %232 to i64
  %234 = getelementptr inbounds [4 x <16 x i32>], ptr %231, i64 0, i64 %233
  %235 = load <16 x i32>, ptr %234, align 64
  %236 = load float, ptr %22, align 4
  %237 = load float, ptr %23, align 4
  %238 = load ptr, ptr %4, align 8, !nonnull !13, !align !17
  %239 = getelementptr inbounds nuw %struct.Group, ptr %238, i32 0, i32 4
  %240 = load i32, ptr %21, align 4
  %241 = add nsw i32 0, %240
  %242 = sext i32 %241 to i64
  %243 = getelementptr inbounds [4 x %struct.Affine], ptr %239, i64 0, i64 %242
  call void @llvm.memcpy.p0.p0.i64(ptr align 64 %25, ptr align 64 %243, i64 128, i1 false)
  %244 = load ptr, ptr %24, align 8, !nonnull !13, !align !17
  %245 = load <16 x float>, ptr %244, align 64
  %246 = call noundef <16 x float> @_ZL6scaledDv16_iS_ff6AffineDv16_f(<16 x i32> noundef %226, <16 x i32> noundef %235, float noundef %236, float noundef %237, ptr noundef byval(%struct.Affine) align 64 %25, <16 x float> noundef %245)
  %247 = load ptr, ptr %24, align 8, !nonnull !13, !align !17
  store <16 x float> %246, ptr %247, align 64
  br label %248
248:                                              ; preds = %176
  %249 = load i32, ptr %21, align 4
  %250 = add nsw i32 %249, 1
  store i32 %250, ptr %21, align 4
  br label %172, !llvm.loop !53
251:                                              ; preds = %175
  br label %252
252:                                              ; preds = %251
  %253 = load i32, ptr %20, align 4
  %254 = add nsw i32 %253, 1
  store i32 %254, ptr %20, align 4
  br label %167, !llvm.loop !54
255:                                              ; preds = %170
  ret void
}
define internal noundef <16 x float> @_ZL4loadIDv16_fET_PKv(ptr noundef %0) #7 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = getelementptr inbounds nuw %struct.Anywhere.23, ptr %3, i32 0, i32 0
  %5 = load <16 x float>, ptr %4, align 1
  ret <16 x float> %5
}
define internal void @_ZL8round_toIDv16_fEvPtT_(ptr noundef %0, <16 x float> noundef %1) #7 {
  %3 = alloca ptr, align 8
  %4 = alloca <16 x float>, align 64
  %5 = alloca i32, align 4
  %6 = alloca <16 x i32>, align 64
  %7 = alloca <16 x i32>, align 64
  store ptr %0, ptr %3, align 8
  store <16 x float> %1, ptr %4, align 64
  store i32 16, ptr %5, align 4
  %8 = load <16 x float>, ptr %4, align 64
  %9 = bitcast <16 x float> %8 to <16 x i32>
  store <16 x i32> %9, ptr %6, align 64
  %10 = load <16 x float>, ptr %4, align 64
  %11 = load <16 x float>, ptr %4, align 64
  %12 = fcmp une <16 x float> %10, %11
  %13 = sext <16 x i1> %12 to <16 x i32>
  %14 = load <16 x i32>, ptr %6, align 64
  %15 = add <16 x i32> %14, splat (i32 32767)
  %16 = load <16 x i32>, ptr %6, align 64
  %17 = lshr <16 x i32> %16, splat (i32 16)
  %18 = and <16 x i32> %17, splat (i32 1)
  %19 = add <16 x i32> %15, %18
  %20 = icmp ne <16 x i32> %13, zeroinitializer
  %21 = select <16 x i1> %20, <16 x i32> splat (i32 2143289344), <16 x i32> %19
  store <16 x i32> %21, ptr %7, align 64
  %22 = load ptr, ptr %3, align 8
  %23 = load <16 x i32>, ptr %7, align 64
  %24 = lshr <16 x i32> %23, splat (i32 16)
  %25 = trunc <16 x i32> %24 to <16 x i16>
  call void @_ZL3putIDv16_tEvPvT_(ptr noundef %22, <16 x i16> noundef %25)
  ret void
}
define internal void @_ZL3putIDv16_tEvPvT_(ptr noundef %0, <16 x i16> noundef %1) #10 {
  %3 = alloca ptr, align 8
  %4 = alloca <16 x i16>, align 32
  store ptr %0, ptr %3, align 8
  store <16 x i16> %1, ptr %4, align 32
  %5 = load <16 x i16>, ptr %4, align 32
  %6 = load ptr, ptr %3, align 8
  %7 = getelementptr inbounds nuw %struct.Anywhere, ptr %6, i32 0, i32 0
  store <16 x i16> %5, ptr %7, align 1
  ret void
}
define internal void @"_ZL5shareIZL8multiplyIZ10int4_tilesE3$_0EvP7ProductlPA4_Dv16_fT_EUllE_EvlS7_"(i64 noundef %0, ptr %1) #4 {
  %3 = alloca %class.anon.24, align 8
  %4 = alloca i64, align 8
  %5 = alloca i64, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  %8 = alloca i64, align 8
  %9 = getelementptr inbounds nuw %class.anon.24, ptr %3, i32 0, i32 0
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
  call void @"_ZZL8multiplyIZ10int4_tilesE3$_0EvP7ProductlPA4_Dv16_fT_ENKUllE_clEl"(ptr noundef nonnull align 8 dereferenceable(8) %3, i64 noundef %31)
  br label %32
32:                                               ; preds = %30
  %33 = load i64, ptr %8, align 8
  %34 = add nsw i64 %33, 1
  store i64 %34, ptr %8, align 8
  br label %25, !llvm.loop !55
35:                                               ; preds = %29
  ret void
}
define internal void @"_ZL10take_tilesIZL8multiplyIZ10int4_tilesE3$_0EvP7ProductlPA4_Dv16_fT_EUllE0_EvS3_lS7_"(ptr noundef %0, i64 noundef %1, ptr noundef byval(%class.anon.25) align 8 %2) #4 {
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
  call void @"_ZZL8multiplyIZ10int4_tilesE3$_0EvP7ProductlPA4_Dv16_fT_ENKUllE0_clEl"(ptr noundef nonnull align 8 dereferenceable(32) %2, i64 noundef %76)
  br label %77
77:                                               ; preds = %75, %66
  br label %58, !llvm.loop !56
78:                                               ; preds = %58
  br label %79
79:                                               ; preds = %78
  %80 = load i64, ptr %8, align 8
  %81 = add nsw i64 %80, 1
  store i64 %81, ptr %8, align 8
  br label %31, !llvm.loop !57
82:                                               ; preds = %35
  ret void
}
define internal void @"_ZZL8multiplyIZ10int4_tilesE3$_0EvP7ProductlPA4_Dv16_fT_ENKUllE_clEl"(ptr noundef nonnull align 8 dereferenceable(8) %0, i64 noundef %1) #6 align 2 {
  %3 = alloca ptr, align 8
  %4 = alloca i64, align 8
  store ptr %0, ptr %3, align 8
  store i64 %1, ptr %4, align 8
  %5 = load ptr, ptr %3, align 8
  %6 = getelementptr inbounds nuw %class.anon.24, ptr %5, i32 0, i32 0
  %7 = load ptr, ptr %6, align 8
  %8 = load i64, ptr %4, align 8
  %9 = getelementptr inbounds nuw %class.anon.24, ptr %5, i32 0, i32 0
  %10 = load ptr, ptr %9, align 8
  %11 = getelementptr inbounds nuw %struct.Product, ptr %10, i32 0, i32 11
  %12 = load i64, ptr %11, align 8
  %13 = sdiv i64 %8, %12
  %14 = load i64, ptr %4, align 8
  %15 = getelementptr inbounds nuw %class.anon.24, ptr %5, i32 0, i32 0
  %16 = load ptr, ptr %15, align 8
  %17 = getelementptr inbounds nuw %struct.Product, ptr %16, i32 0, i32 11
  %18 = load i64, ptr %17, align 8
  %19 = srem i64 %14, %18
  call void @_ZL5splitPK7Productll(ptr noundef %7, i64 noundef %13, i64 noundef %19)
  ret void
}
define internal void @"_ZZL8multiplyIZ10int4_tilesE3$_0EvP7ProductlPA4_Dv16_fT_ENKUllE0_clEl"(ptr noundef nonnull align 8 dereferenceable(32) %0, i64 noundef %1) #4 align 2 {
  %3 = alloca ptr, align 8
  %4 = alloca i64, align 8
  %5 = alloca i64, align 8
  %6 = alloca i32, align 4
  %7 = alloca i64, align 8
  %8 = alloca i64, align 8
  store ptr %0, ptr %3, align 8
  store i64 %1, ptr %4, align 8
  %9 = load ptr, ptr %3, align 8
  store i64 0, ptr %5, align 8
  br label %10
10:                                               ; preds = %67, %2
  %11 = load i64, ptr %5, align 8
  %12 = getelementptr inbounds nuw %class.anon.25, ptr %9, i32 0, i32 0
  %13 = load ptr, ptr %12, align 8, !nonnull !13, !align !14
  %14 = load ptr, ptr %13, align 8
  %15 = getelementptr inbounds nuw %struct.Product, ptr %14, i32 0, i32 7
  %16 = load i64, ptr %15, align 8
  %17 = icmp slt i64 %11, %16
  br i1 %17, label %19, label %18
18:                                               ; preds = %10
  store i32 2, ptr %6, align 4
  br label %73
19:                                               ; preds = %10
  %20 = load i64, ptr %5, align 8
  %21 = getelementptr inbounds nuw %class.anon.25, ptr %9, i32 0, i32 1
  %22 = load ptr, ptr %21, align 8, !nonnull !13, !align !14
  %23 = load i64, ptr %22, align 8
  %24 = add nsw i64 %20, %23
  %25 = getelementptr inbounds nuw %class.anon.25, ptr %9, i32 0, i32 0
  %26 = load ptr, ptr %25, align 8, !nonnull !13, !align !14
  %27 = load ptr, ptr %26, align 8
  %28 = getelementptr inbounds nuw %struct.Product, ptr %27, i32 0, i32 7
  %29 = load i64, ptr %28, align 8
  %30 = call noundef i64 @_ZL5leastll(i64 noundef %24, i64 noundef %29)
  store i64 %30, ptr %7, align 8
  %31 = getelementptr inbounds nuw %class.anon.25, ptr %9, i32 0, i32 2
  %32 = load ptr, ptr %31, align 8, !nonnull !13, !align !14
  %33 = load ptr, ptr %32, align 8
  %34 = load i64, ptr %7, align 8
  %35 = load i64, ptr %5, align 8
  %36 = sub nsw i64 %34, %35
  %37 = mul i64 %36, 256
  call void @llvm.memset.p0.i64(ptr align 64 %33, i8 0, i64 %37, i1 false)
  %38 = getelementptr inbounds nuw %class.anon.25, ptr %9, i32 0, i32 3
  %39 = load ptr, ptr %38, align 8, !nonnull !13, !align !14
  %40 = load i64, ptr %4, align 8
  %41 = load i64, ptr %5, align 8
  %42 = load i64, ptr %7, align 8
  call void @"_ZZ10int4_tilesENK3$_0clElll"(ptr noundef nonnull align 8 dereferenceable(48) %39, i64 noundef %40, i64 noundef %41, i64 noundef %42)
  %43 = load i64, ptr %5, align 8
  store i64 %43, ptr %8, align 8
  br label %44
44:                                               ; preds = %63, %19
  %45 = load i64, ptr %8, align 8
  %46 = load i64, ptr %7, align 8
  %47 = icmp slt i64 %45, %46
  br i1 %47, label %49, label %48
48:                                               ; preds = %44
  store i32 5, ptr %6, align 4
  br label %66
49:                                               ; preds = %44
  %50 = getelementptr inbounds nuw %class.anon.25, ptr %9, i32 0, i32 0
  %51 = load ptr, ptr %50, align 8, !nonnull !13, !align !14
  %52 = load ptr, ptr %51, align 8
  %53 = load i64, ptr %8, align 8
  %54 = load i64, ptr %4, align 8
  %55 = getelementptr inbounds nuw %class.anon.25, ptr %9, i32 0, i32 2
  %56 = load ptr, ptr %55, align 8, !nonnull !13, !align !14
  %57 = load ptr, ptr %56, align 8
  %58 = load i64, ptr %8, align 8
  %59 = load i64, ptr %5, align 8
  %60 = sub nsw i64 %58, %59
  %61 = getelementptr inbounds [4 x <16 x float>], ptr %57, i64 %60
  %62 = getelementptr inbounds [4 x <16 x float>], ptr %61, i64 0, i64 0
  call void @_ZL5writePK7ProductllPKDv16_f(ptr noundef %52, i64 noundef %53, i64 noundef %54, ptr noundef %62)
  br label %63
63:                                               ; preds = %49
  %64 = load i64, ptr %8, align 8
  %65 = add nsw i64 %64, 1
  store i64 %65, ptr %8, align 8
  br label %44, !llvm.loop !58
66:                                               ; preds = %48
  br label %67
67:                                               ; preds = %66
  %68 = getelementptr inbounds nuw %class.anon.25, ptr %9, i32 0, i32 1
  %69 = load ptr, ptr %68, align 8, !nonnull !13, !align !14
  %70 = load i64, ptr %69, align 8
  %71 = load i64, ptr %5, align 8
  %72 = add nsw i64 %71, %70
  store i64 %72, ptr %5, align 8
  br label %10, !llvm.loop !59
73:                                               ; preds = %18
  ret void
}
define internal void @"_ZZ10int4_tilesENK3$_0clElll"(ptr noundef nonnull align 8 dereferenceable(48) %0, i64 noundef %1, i64 noundef %2, i64 noundef %3) #4 align 2 {
  %5 = alloca ptr, align 8
  %6 = alloca i64, align 8
  %7 = alloca i64, align 8
  %8 = alloca i64, align 8
  %9 = alloca %struct.Block, align 8
  %10 = alloca i64, align 8
  %11 = alloca i32, align 4
  %12 = alloca ptr, align 8
  %13 = alloca i64, align 8
  %14 = alloca %struct.Block, align 8
  store ptr %0, ptr %5, align 8
  store i64 %1, ptr %6, align 8
  store i64 %2, ptr %7, align 8
  store i64 %3, ptr %8, align 8
  %15 = load ptr, ptr %5, align 8
  call void @llvm.memset.p0.i64(ptr align 8 %9, i8 0, i64 32, i1 false)
  store i64 0, ptr %10, align 8
  br label %16
16:                                               ; preds = %75, %4
  %17 = load i64, ptr %10, align 8
  %18 = getelementptr inbounds nuw %class.anon.0, ptr %15, i32 0, i32 0
  %19 = load ptr, ptr %18, align 8, !nonnull !13, !align !14
  %20 = load ptr, ptr %19, align 8
  %21 = getelementptr inbounds nuw %struct.Product, ptr %20, i32 0, i32 11
  %22 = load i64, ptr %21, align 8
  %23 = icmp slt i64 %17, %22
  br i1 %23, label %25, label %24
24:                                               ; preds = %16
  store i32 2, ptr %11, align 4
  br label %78
25:                                               ; preds = %16
  %26 = getelementptr inbounds nuw %class.anon.0, ptr %15, i32 0, i32 1
  %27 = load ptr, ptr %26, align 8, !nonnull !13, !align !17
  %28 = load i64, ptr %10, align 8
  %29 = srem i64 %28, 2
  %30 = getelementptr inbounds [2 x %struct.Group], ptr %27, i64 0, i64 %29
  store ptr %30, ptr %12, align 8
  %31 = load ptr, ptr %12, align 8, !nonnull !13, !align !17
  %32 = load i64, ptr %6, align 8
  %33 = load i64, ptr %10, align 8
  call void @_ZL10read_groupR5Groupllb(ptr noundef nonnull align 64 dereferenceable(576) %31, i64 noundef %32, i64 noundef %33, i1 noundef zeroext true)
  %34 = load i64, ptr %7, align 8
  store i64 %34, ptr %13, align 8
  br label %35
35:                                               ; preds = %68, %25
  %36 = load i64, ptr %13, align 8
  %37 = load i64, ptr %8, align 8
  %38 = icmp slt i64 %36, %37
  br i1 %38, label %40, label %39
39:                                               ; preds = %35
  store i32 5, ptr %11, align 4
  br label %74
40:                                               ; preds = %35
  %41 = getelementptr inbounds nuw %struct.Block, ptr %14, i32 0, i32 0
  %42 = load ptr, ptr %12, align 8, !nonnull !13, !align !17
  store ptr %42, ptr %41, align 8
  %43 = getelementptr inbounds nuw %struct.Block, ptr %14, i32 0, i32 1
  %44 = load i64, ptr %13, align 8
  store i64 %44, ptr %43, align 8
  %45 = getelementptr inbounds nuw %struct.Block, ptr %14, i32 0, i32 2
  %46 = getelementptr inbounds nuw %class.anon.0, ptr %15, i32 0, i32 2
  %47 = load ptr, ptr %46, align 8, !nonnull !13, !align !14
  %48 = load i64, ptr %47, align 8
  %49 = load i64, ptr %8, align 8
  %50 = load i64, ptr %13, align 8
  %51 = sub nsw i64 %49, %50
  %52 = call noundef i64 @_ZL5leastll(i64 noundef %48, i64 noundef %51)
  store i64 %52, ptr %45, align 8
  %53 = getelementptr inbounds nuw %struct.Block, ptr %14, i32 0, i32 3
  %54 = getelementptr inbounds nuw %class.anon.0, ptr %15, i32 0, i32 3
  %55 = load ptr, ptr %54, align 8, !nonnull !13, !align !17
  %56 = getelementptr inbounds [48 x [4 x <16 x float>]], ptr %55, i64 0, i64 0
  %57 = load i64, ptr %13, align 8
  %58 = getelementptr inbounds [4 x <16 x float>], ptr %56, i64 %57
  %59 = load i64, ptr %7, align 8
  %60 = sub i64 0, %59
  %61 = getelementptr inbounds [4 x <16 x float>], ptr %58, i64 %60
  store ptr %61, ptr %53, align 8
  %62 = getelementptr inbounds nuw %class.anon.0, ptr %15, i32 0, i32 4
  %63 = load ptr, ptr %62, align 8, !nonnull !13, !align !14
  %64 = load i64, ptr %63, align 8
  %65 = getelementptr inbounds nuw %class.anon.0, ptr %15, i32 0, i32 5
  %66 = load ptr, ptr %65, align 8, !nonnull !13, !align !60
  %67 = getelementptr inbounds [2 x [2 x [16 x [16 x i32]]]], ptr %66, i64 0, i64 0
  call void @_ZL9add_blockILi0EEvRK5BlockS2_lPA2_A16_A16_i(ptr noundef nonnull align 8 dereferenceable(32) %14, ptr noundef nonnull align 8 dereferenceable(32) %9, i64 noundef %64, ptr noundef %67)
  call void @llvm.memcpy.p0.p0.i64(ptr align 8 %9, ptr align 8 %14, i64 32, i1 false)
  br label %68
68:                                               ; preds = %40
  %69 = getelementptr inbounds nuw %class.anon.0, ptr %15, i32 0, i32 2
  %70 = load ptr, ptr %69, align 8, !nonnull !13, !align !14
  %71 = load i64, ptr %70, align 8
  %72 = load i64, ptr %13, align 8
  %73 = add nsw i64 %72, %71
  store i64 %73, ptr %13, align 8
  br label %35, !llvm.loop !61
74:                                               ; preds = %39
  br label %75
75:                                               ; preds = %74
  %76 = load i64, ptr %10, align 8
  %77 = add nsw i64 %76, 1
  store i64 %77, ptr %10, align 8
  br label %16, !llvm.loop !62
78:                                               ; preds = %24
  %79 = getelementptr inbounds nuw %class.anon.0, ptr %15, i32 0, i32 5
  %80 = load ptr, ptr %79, align 8, !nonnull !13, !align !60
  %81 = getelementptr inbounds [2 x [2 x [16 x [16 x i32]]]], ptr %80, i64 0, i64 1
  call void @_ZL11add_resultsILi3EEvRK5BlockRA2_A16_A16_Ki(ptr noundef nonnull align 8 dereferenceable(32) %9, ptr noundef nonnull align 4 dereferenceable(2048) %81)
  ret void
}
define internal void @_ZL9add_blockILi0EEvRK5BlockS2_lPA2_A16_A16_i(ptr noundef nonnull align 8 dereferenceable(32) %0, ptr noundef nonnull align 8 dereferenceable(32) %1, i64 noundef %2, ptr noundef %3) #4 {
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  %8 = alloca ptr, align 8
  store ptr %0, ptr %5, align 8
  store ptr %1, ptr %6, align 8
  store i64 %2, ptr %7, align 8
  store ptr %3, ptr %8, align 8
  %9 = load ptr, ptr %5, align 8, !nonnull !13, !align !14
  %10 = load i64, ptr %7, align 8
  %11 = load ptr, ptr %8, align 8
  %12 = getelementptr inbounds [2 x [16 x [16 x i32]]], ptr %11, i64 0
  call void @_ZL8multiplyILi0EEvRK5BlocklRA2_A16_A16_i(ptr noundef nonnull align 8 dereferenceable(32) %9, i64 noundef %10, ptr noundef nonnull align 4 dereferenceable(2048) %12)
  %13 = load ptr, ptr %6, align 8, !nonnull !13, !align !14
  %14 = getelementptr inbounds nuw %struct.Block, ptr %13, i32 0, i32 0
  %15 = load ptr, ptr %14, align 8
  %16 = icmp ne ptr %15, null
  br i1 %16, label %17, label %21
17:                                               ; preds = %4
  %18 = load ptr, ptr %6, align 8, !nonnull !13, !align !14
  %19 = load ptr, ptr %8, align 8
  %20 = getelementptr inbounds [2 x [16 x [16 x i32]]], ptr %19, i64 1
  call void @_ZL11add_resultsILi3EEvRK5BlockRA2_A16_A16_Ki(ptr noundef nonnull align 8 dereferenceable(32) %18, ptr noundef nonnull align 4 dereferenceable(2048) %20)
  br label %21
21:                                               ; preds = %17, %4
  %22 = load ptr, ptr %5, align 8, !nonnull !13, !align !14
  %23 = load ptr, ptr %6, align 8, !nonnull !13, !align !14
  %24 = load i64, ptr %7, align 8
  %25 = load ptr, ptr %8, align 8
  call void @_ZL9add_blockILi1EEvRK5BlockS2_lPA2_A16_A16_i(ptr noundef nonnull align 8 dereferenceable(32) %22, ptr noundef nonnull align 8 dereferenceable(32) %23, i64 noundef %24, ptr noundef %25)
  ret void
}
define internal void @_ZL11add_resultsILi3EEvRK5BlockRA2_A16_A16_Ki(ptr noundef nonnull align 8 dereferenceable(32) %0, ptr noundef nonnull align 4 dereferenceable(2048) %1) #7 {
  %3 = alloca ptr, align 8
  %4 = alloca ptr, align 8
  %5 = alloca ptr, align 8
  %6 = alloca %struct.Parts, align 8
  %7 = alloca ptr, align 8
  %8 = alloca ptr, align 8
  %9 = alloca i64, align 8
  %10 = alloca <16 x i32>, align 64
  %11 = alloca <16 x i32>, align 64
  %12 = alloca %struct.Affine, align 64
  store ptr %0, ptr %3, align 8
  store ptr %1, ptr %4, align 8
  %13 = load ptr, ptr %3, align 8, !nonnull !13, !align !14
  %14 = getelementptr inbounds nuw %struct.Block, ptr %13, i32 0, i32 0
  %15 = load ptr, ptr %14, align 8
  store ptr %15, ptr %5, align 8
  %16 = load ptr, ptr %5, align 8, !nonnull !13, !align !17
  %17 = getelementptr inbounds nuw %struct.Group, ptr %16, i32 0, i32 0
  %18 = load ptr, ptr %17, align 64
  %19 = load ptr, ptr %3, align 8, !nonnull !13, !align !14
  %20 = getelementptr inbounds nuw %struct.Block, ptr %19, i32 0, i32 1
  %21 = load i64, ptr %20, align 8
  call void @_ZN5PartsC2EPK7Productl(ptr noundef nonnull align 8 dereferenceable(32) %6, ptr noundef %18, i64 noundef %21)
  %22 = getelementptr inbounds nuw %struct.Parts, ptr %6, i32 0, i32 2
  %23 = load ptr, ptr %22, align 8
  %24 = load ptr, ptr %5, align 8, !nonnull !13, !align !17
  %25 = getelementptr inbounds nuw %struct.Group, ptr %24, i32 0, i32 1
  %26 = load i64, ptr %25, align 8
  %27 = load ptr, ptr %5, align 8, !nonnull !13, !align !17
  %28 = getelementptr inbounds nuw %struct.Group, ptr %27, i32 0, i32 0
  %29 = load ptr, ptr %28, align 64
  %30 = getelementptr inbounds nuw %struct.Product, ptr %29, i32 0, i32 7
  %31 = load i64, ptr %30, align 8
  %32 = mul nsw i64 %26, %31
  %33 = getelementptr inbounds float, ptr %23, i64 %32
  store ptr %33, ptr %7, align 8
  %34 = getelementptr inbounds nuw %struct.Parts, ptr %6, i32 0, i32 3
  %35 = load ptr, ptr %34, align 8
  %36 = load ptr, ptr %5, align 8, !nonnull !13, !align !17
  %37 = getelementptr inbounds nuw %struct.Group, ptr %36, i32 0, i32 1
  %38 = load i64, ptr %37, align 8
  %39 = load ptr, ptr %5, align 8, !nonnull !13, !align !17
  %40 = getelementptr inbounds nuw %struct.Group, ptr %39, i32 0, i32 0
  %41 = load ptr, ptr %40, align 64
  %42 = getelementptr inbounds nuw %struct.Product, ptr %41, i32 0, i32 7
  %43 = load i64, ptr %42, align 8
  %44 = mul nsw i64 %38, %43
  %45 = getelementptr inbounds float, ptr %35, i64 %44
  store ptr %45, ptr %8, align 8
  store i64 0, ptr %9, align 8
  br label %46
46:                                               ; preds = %93, %2
  %47 = load i64, ptr %9, align 8
  %48 = load ptr, ptr %3, align 8, !nonnull !13, !align !14
  %49 = getelementptr inbounds nuw %struct.Block, ptr %48, i32 0, i32 2
  %50 = load i64, ptr %49, align 8
  %51 = icmp slt i64 %47, %50
  br i1 %51, label %53, label %52
52:                                               ; preds = %46
  br label %96
53:                                               ; preds = %46
  %54 = load ptr, ptr %4, align 8, !nonnull !13, !align !60
  %55 = getelementptr inbounds [2 x [16 x [16 x i32]]], ptr %54, i64 0, i64 0
  %56 = load i64, ptr %9, align 8
  %57 = getelementptr inbounds [16 x [16 x i32]], ptr %55, i64 0, i64 %56
  %58 = getelementptr inbounds [16 x i32], ptr %57, i64 0, i64 0
  %59 = call noundef <16 x i32> @_ZL4loadIDv16_iET_PKv(ptr noundef %58)
  store <16 x i32> %59, ptr %10, align 64
  %60 = load ptr, ptr %4, align 8, !nonnull !13, !align !60
  %61 = getelementptr inbounds [2 x [16 x [16 x i32]]], ptr %60, i64 0, i64 1
  %62 = load i64, ptr %9, align 8
  %63 = getelementptr inbounds [16 x [16 x i32]], ptr %61, i64 0, i64 %62
  %64 = getelementptr inbounds [16 x i32], ptr %63, i64 0, i64 0
  %65 = call noundef <16 x i32> @_ZL4loadIDv16_iET_PKv(ptr noundef %64)
  store <16 x i32> %65, ptr %11, align 64
  %66 = load <16 x i32>, ptr %10, align 64
  %67 = load <16 x i32>, ptr %11, align 64
  %68 = load ptr, ptr %7, align 8
  %69 = load i64, ptr %9, align 8
  %70 = getelementptr inbounds float, ptr %68, i64 %69
  %71 = load float, ptr %70, align 4
  %72 = load ptr, ptr %8, align 8
  %73 = load i64, ptr %9, align 8
  %74 = getelementptr inbounds float, ptr %72, i64 %73
  %75 = load float, ptr %74, align 4
  %76 = load ptr, ptr %5, align 8, !nonnull !13, !align !17
  %77 = getelementptr inbounds nuw %struct.Group, ptr %76, i32 0, i32 4
  %78 = getelementptr inbounds [4 x %struct.Affine], ptr %77, i64 0, i64 3
  call void @llvm.memcpy.p0.p0.i64(ptr align 64 %12, ptr align 64 %78, i64 128, i1 false)
  %79 = load ptr, ptr %3, align 8, !nonnull !13, !align !14
  %80 = getelementptr inbounds nuw %struct.Block, ptr %79, i32 0, i32 3
  %81 = load ptr, ptr %80, align 8
  %82 = load i64, ptr %9, align 8
  %83 = getelementptr inbounds [4 x <16 x float>], ptr %81, i64 %82
  %84 = getelementptr inbounds [4 x <16 x float>], ptr %83, i64 0, i64 3
  %85 = load <16 x float>, ptr %84, align 64
  %86 = call noundef <16 x float> @_ZL6scaledDv16_iS_ff6AffineDv16_f(<16 x i32> noundef %66, <16 x i32> noundef %67, float noundef %71, float noundef %75, ptr noundef byval(%struct.Affine) align 64 %12, <16 x float> noundef %85)
  %87 = load ptr, ptr %3, align 8, !nonnull !13, !align !14
  %88 = getelementptr inbounds nuw %struct.Block, ptr %87, i32 0, i32 3
  %89 = load ptr, ptr %88, align 8
  %90 = load i64, ptr %9, align 8
  %91 = getelementptr inbounds [4 x <16 x float>], ptr %89, i64 %90
  %92 = getelementptr inbounds [4 x <16 x float>], ptr %91, i64 0, i64 3
  store <16 x float> %86, ptr %92, align 64
  br label %93
93:                                               ; preds = %53
  %94 = load i64, ptr %9, align 8
  %95 = add nsw i64 %94, 1
  store i64 %95, ptr %9, align 8
  br label %46, !llvm.loop !63
96:                                               ; preds = %52
  ret void
}
define internal void @_ZL8multiplyILi0EEvRK5BlocklRA2_A16_A16_i(ptr noundef nonnull align 8 dereferenceable(32) %0, i64 noundef %1, ptr noundef nonnull align 4 dereferenceable(2048) %2) #4 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca ptr, align 8
  %7 = alloca ptr, align 8
  %8 = alloca %struct.Parts, align 8
  %9 = alloca i32, align 4
  %10 = alloca i32, align 4
  %11 = alloca i32, align 4
  %12 = alloca i64, align 8
  %13 = alloca i64, align 8
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store ptr %2, ptr %6, align 8
  %14 = load ptr, ptr %4, align 8, !nonnull !13, !align !14
  %15 = getelementptr inbounds nuw %struct.Block, ptr %14, i32 0, i32 0
  %16 = load ptr, ptr %15, align 8
  store ptr %16, ptr %7, align 8
  %17 = load ptr, ptr %7, align 8, !nonnull !13, !align !17
  %18 = getelementptr inbounds nuw %struct.Group, ptr %17, i32 0, i32 0
  %19 = load ptr, ptr %18, align 64
  %20 = load ptr, ptr %4, align 8, !nonnull !13, !align !14
  %21 = getelementptr inbounds nuw %struct.Block, ptr %20, i32 0, i32 1
  %22 = load i64, ptr %21, align 8
  call void @_ZN5PartsC2EPK7Productl(ptr noundef nonnull align 8 dereferenceable(32) %8, ptr noundef %19, i64 noundef %22)
  store i32 0, ptr %9, align 4
  store i32 1, ptr %10, align 4
  store i32 6, ptr %11, align 4
  call void @llvm.x86.tilezero(i8 0)
  call void @llvm.x86.tilezero(i8 1)
  store i64 0, ptr %12, align 8
  br label %23
23:                                               ; preds = %72, %3
  %24 = load i64, ptr %12, align 8
  %25 = load ptr, ptr %7, align 8, !nonnull !13, !align !17
  %26 = getelementptr inbounds nuw %struct.Group, ptr %25, i32 0, i32 0
  %27 = load ptr, ptr %26, align 64
  %28 = getelementptr inbounds nuw %struct.Product, ptr %27, i32 0, i32 10
  %29 = load i64, ptr %28, align 8
  %30 = icmp slt i64 %24, %29
  br i1 %30, label %32, label %31
31:                                               ; preds = %23
  br label %76
32:                                               ; preds = %23
  %33 = load ptr, ptr %7, align 8, !nonnull !13, !align !17
  %34 = getelementptr inbounds nuw %struct.Group, ptr %33, i32 0, i32 1
  %35 = load i64, ptr %34, align 8
  %36 = load ptr, ptr %7, align 8, !nonnull !13, !align !17
  %37 = getelementptr inbounds nuw %struct.Group, ptr %36, i32 0, i32 0
  %38 = load ptr, ptr %37, align 64
  %39 = getelementptr inbounds nuw %struct.Product, ptr %38, i32 0, i32 10
  %40 = load i64, ptr %39, align 8
  %41 = mul nsw i64 %35, %40
  %42 = load i64, ptr %12, align 8
  %43 = add nsw i64 %41, %42
  store i64 %43, ptr %13, align 8
  %44 = getelementptr inbounds nuw %struct.Parts, ptr %8, i32 0, i32 0
  %45 = load ptr, ptr %44, align 8
  %46 = load i64, ptr %13, align 8
  %47 = getelementptr inbounds i8, ptr %45, i64 %46
  %48 = load ptr, ptr %7, align 8, !nonnull !13, !align !17
  %49 = getelementptr inbounds nuw %struct.Group, ptr %48, i32 0, i32 0
  %50 = load ptr, ptr %49, align 64
  %51 = getelementptr inbounds nuw %struct.Product, ptr %50, i32 0, i32 8
  %52 = load i64, ptr %51, align 8
  %53 = mul nsw i64 2, %52
  call void @llvm.x86.tileloadd64(i8 4, ptr %47, i64 %53)
  %54 = getelementptr inbounds nuw %struct.Parts, ptr %8, i32 0, i32 1
  %55 = load ptr, ptr %54, align 8
  %56 = load i64, ptr %13, align 8
  %57 = getelementptr inbounds i8, ptr %55, i64 %56
  %58 = load ptr, ptr %7, align 8, !nonnull !13, !align !17
  %59 = getelementptr inbounds nuw %struct.Group, ptr %58, i32 0, i32 0
  %60 = load ptr, ptr %59, align 64
  %61 = getelementptr inbounds nuw %struct.Product, ptr %60, i32 0, i32 8
  %62 = load i64, ptr %61, align 8
  %63 = mul nsw i64 2, %62
  call void @llvm.x86.tileloadd64(i8 5, ptr %57, i64 %63)
  %64 = load ptr, ptr %7, align 8, !nonnull !13, !align !17
  %65 = getelementptr inbounds nuw %struct.Group, ptr %64, i32 0, i32 3
  %66 = load ptr, ptr %65, align 8
  %67 = load i64, ptr %12, align 8
  %68 = sdiv i64 %67, 4
  %69 = mul nsw i64 %68, 4
  %70 = getelementptr inbounds <64 x i8>, ptr %66, i64 %69
  %71 = getelementptr inbounds <64 x i8>, ptr %70, i64 0
  call void @llvm.x86.tileloadd64(i8 6, ptr %71, i64 256)
  call void @llvm.x86.tdpbsud(i8 0, i8 4, i8 6)
  call void @llvm.x86.tdpbsud(i8 1, i8 5, i8 6)
  br label %72
72:                                               ; preds = %32
  %73 = load i64, ptr %5, align 8
  %74 = load i64, ptr %12, align 8
  %75 = add nsw i64 %74, %73
  store i64 %75, ptr %12, align 8
  br label %23, !llvm.loop !64
76:                                               ; preds = %31
  %77 = load ptr, ptr %6, align 8, !nonnull !13, !align !60
  %78 = getelementptr inbounds [2 x [16 x [16 x i32]]], ptr %77, i64 0, i64 0
  %79 = getelementptr inbounds [16 x [16 x i32]], ptr %78, i64 0, i64 0
  call void @llvm.x86.tilestored64(i8 0, ptr %79, i64 64)
  %80 = load ptr, ptr %6, align 8, !nonnull !13, !align !60
  %81 = getelementptr inbounds [2 x [16 x [16 x i32]]], ptr %80, i64 0, i64 1
  %82 = getelementptr inbounds [16 x [16 x i32]], ptr %81, i64 0, i64 0
  call void @llvm.x86.tilestored64(i8 1, ptr %82, i64 64)
  ret void
}
define internal void @_ZL9add_blockILi1EEvRK5BlockS2_lPA2_A16_A16_i(ptr noundef nonnull align 8 dereferenceable(32) %0, ptr noundef nonnull align 8 dereferenceable(32) %1, i64 noundef %2, ptr noundef %3) #4 {
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  %8 = alloca ptr, align 8
  store ptr %0, ptr %5, align 8
  store ptr %1, ptr %6, align 8
  store i64 %2, ptr %7, align 8
  store ptr %3, ptr %8, align 8
  %9 = load ptr, ptr %5, align 8, !nonnull !13, !align !14
  %10 = load i64, ptr %7, align 8
  %11 = load ptr, ptr %8, align 8
  %12 = getelementptr inbounds [2 x [16 x [16 x i32]]], ptr %11, i64 1
  call void @_ZL8multiplyILi1EEvRK5BlocklRA2_A16_A16_i(ptr noundef nonnull align 8 dereferenceable(32) %9, i64 noundef %10, ptr noundef nonnull align 4 dereferenceable(2048) %12)
  %13 = load ptr, ptr %5, align 8, !nonnull !13, !align !14
  %14 = load ptr, ptr %8, align 8
  %15 = getelementptr inbounds [2 x [16 x [16 x i32]]], ptr %14, i64 0
  call void @_ZL11add_resultsILi0EEvRK5BlockRA2_A16_A16_Ki(ptr noundef nonnull align 8 dereferenceable(32) %13, ptr noundef nonnull align 4 dereferenceable(2048) %15)
  %16 = load ptr, ptr %5, align 8, !nonnull !13, !align !14
  %17 = load ptr, ptr %6, align 8, !nonnull !13, !align !14
  %18 = load i64, ptr %7, align 8
  %19 = load ptr, ptr %8, align 8
  call void @_ZL9add_blockILi2EEvRK5BlockS2_lPA2_A16_A16_i(ptr noundef nonnull align 8 dereferenceable(32) %16, ptr noundef nonnull align 8 dereferenceable(32) %17, i64 noundef %18, ptr noundef %19)
  ret void
}
declare void @llvm.x86.tilezero(i8 immarg) #5
declare void @llvm.x86.tileloadd64(i8 immarg, ptr, i64) #5
declare void @llvm.x86.tdpbsud(i8 immarg, i8 immarg, i8 immarg) #5
declare void @llvm.x86.tilestored64(i8 immarg, ptr, i64) #5
define internal void @_ZL8multiplyILi1EEvRK5BlocklRA2_A16_A16_i(ptr noundef nonnull align 8 dereferenceable(32) %0, i64 noundef %1, ptr noundef nonnull align 4 dereferenceable(2048) %2) #4 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca ptr, align 8
  %7 = alloca ptr, align 8
  %8 = alloca %struct.Parts, align 8
  %9 = alloca i32, align 4
  %10 = alloca i32, align 4
  %11 = alloca i32, align 4
  %12 = alloca i64, align 8
  %13 = alloca i64, align 8
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store ptr %2, ptr %6, align 8
  %14 = load ptr, ptr %4, align 8, !nonnull !13, !align !14
  %15 = getelementptr inbounds nuw %struct.Block, ptr %14, i32 0, i32 0
  %16 = load ptr, ptr %15, align 8
  store ptr %16, ptr %7, align 8
  %17 = load ptr, ptr %7, align 8, !nonnull !13, !align !17
  %18 = getelementptr inbounds nuw %struct.Group, ptr %17, i32 0, i32 0
  %19 = load ptr, ptr %18, align 64
  %20 = load ptr, ptr %4, align 8, !nonnull !13, !align !14
  %21 = getelementptr inbounds nuw %struct.Block, ptr %20, i32 0, i32 1
  %22 = load i64, ptr %21, align 8
  call void @_ZN5PartsC2EPK7Productl(ptr noundef nonnull align 8 dereferenceable(32) %8, ptr noundef %19, i64 noundef %22)
  store i32 2, ptr %9, align 4
  store i32 3, ptr %10, align 4
  store i32 7, ptr %11, align 4
  call void @llvm.x86.tilezero(i8 2)
  call void @llvm.x86.tilezero(i8 3)
  store i64 0, ptr %12, align 8
  br label %23
23:                                               ; preds = %81, %3
  %24 = load i64, ptr %12, align 8
  %25 = load ptr, ptr %7, align 8, !nonnull !13, !align !17
  %26 = getelementptr inbounds nuw %struct.Group, ptr %25, i32 0, i32 0
  %27 = load ptr, ptr %26, align 64
  %28 = getelementptr inbounds nuw %struct.Product, ptr %27, i32 0, i32 10
  %29 = load i64, ptr %28, align 8
  %30 = icmp slt i64 %24, %29
  br i1 %30, label %32, label %31
31:                                               ; preds = %23
  br label %85
32:                                               ; preds = %23
  %33 = load ptr, ptr %7, align 8, !nonnull !13, !align !17
  %34 = getelementptr inbounds nuw %struct.Group, ptr %33, i32 0, i32 1
  %35 = load i64, ptr %34, align 8
  %36 = load ptr, ptr %7, align 8, !nonnull !13, !align !17
  %37 = getelementptr inbounds nuw %struct.Group, ptr %36, i32 0, i32 0
  %38 = load ptr, ptr %37, align 64
  %39 = getelementptr inbounds nuw %struct.Product, ptr %38, i32 0, i32 10
  %40 = load i64, ptr %39, align 8
  %41 = mul nsw i64 %35, %40
  %42 = load i64, ptr %12, align 8
  %43 = add nsw i64 %41, %42
  store i64 %43, ptr %13, align 8
  %44 = load ptr, ptr %7, align 8, !nonnull !13, !align !17
  %45 = getelementptr inbounds nuw %struct.Group, ptr %44, i32 0, i32 0
  %46 = load ptr, ptr %45, align 64
  %47 = getelementptr inbounds nuw %struct.Product, ptr %46, i32 0, i32 10
  %48 = load i64, ptr %47, align 8
  %49 = load i64, ptr %5, align 8
  %50 = icmp sgt i64 %48, %49
  br i1 %50, label %51, label %72
51:                                               ; preds = %32
  %52 = getelementptr inbounds nuw %struct.Parts, ptr %8, i32 0, i32 0
  %53 = load ptr, ptr %52, align 8
  %54 = load i64, ptr %13, align 8
  %55 = getelementptr inbounds i8, ptr %53, i64 %54
  %56 = load ptr, ptr %7, align 8, !nonnull !13, !align !17
  %57 = getelementptr inbounds nuw %struct.Group, ptr %56, i32 0, i32 0
  %58 = load ptr, ptr %57, align 64
  %59 = getelementptr inbounds nuw %struct.Product, ptr %58, i32 0, i32 8
  %60 = load i64, ptr %59, align 8
  %61 = mul nsw i64 2, %60
  call void @llvm.x86.tileloadd64(i8 4, ptr %55, i64 %61)
  %62 = getelementptr inbounds nuw %struct.Parts, ptr %8, i32 0, i32 1
  %63 = load ptr, ptr %62, align 8
  %64 = load i64, ptr %13, align 8
  %65 = getelementptr inbounds i8, ptr %63, i64 %64
  %66 = load ptr, ptr %7, align 8, !nonnull !13, !align !17
  %67 = getelementptr inbounds nuw %struct.Group, ptr %66, i32 0, i32 0
  %68 = load ptr, ptr %67, align 64
  %69 = getelementptr inbounds nuw %struct.Product, ptr %68, i32 0, i32 8
  %70 = load i64, ptr %69, align 8
  %71 = mul nsw i64 2, %70
  call void @llvm.x86.tileloadd64(i8 5, ptr %65, i64 %71)
  br label %72
72:                                               ; preds = %51, %32
  %73 = load ptr, ptr %7, align 8, !nonnull !13, !align !17
  %74 = getelementptr inbounds nuw %struct.Group, ptr %73, i32 0, i32 3
  %75 = load ptr, ptr %74, align 8
  %76 = load i64, ptr %12, align 8
  %77 = sdiv i64 %76, 4
  %78 = mul nsw i64 %77, 4
  %79 = getelementptr inbounds <64 x i8>, ptr %75, i64 %78
  %80 = getelementptr inbounds <64 x i8>, ptr %79, i64 1
  call void @llvm.x86.tileloadd64(i8 7, ptr %80, i64 256)
  call void @llvm.x86.tdpbsud(i8 2, i8 4, i8 7)
  call void @llvm.x86.tdpbsud(i8 3, i8 5, i8 7)
  br label %81
81:                                               ; preds = %72
  %82 = load i64, ptr %5, align 8
  %83 = load i64, ptr %12, align 8
  %84 = add nsw i64 %83, %82
  store i64 %84, ptr %12, align 8
  br label %23, !llvm.loop !65
85:                                               ; preds = %31
  %86 = load ptr, ptr %6, align 8, !nonnull !13, !align !60
  %87 = getelementptr inbounds [2 x [16 x [16 x i32]]], ptr %86, i64 0, i64 0
  %88 = getelementptr inbounds [16 x [16 x i32]], ptr %87, i64 0, i64 0
  call void @llvm.x86.tilestored64(i8 2, ptr %88, i64 64)
  %89 = load ptr, ptr %6, align 8, !nonnull !13, !align !60
  %90 = getelementptr inbounds [2 x [16 x [16 x i32]]], ptr %89, i64 0, i64 1
  %91 = getelementptr inbounds [16 x [16 x i32]], ptr %90, i64 0, i64 0
  call void @llvm.x86.tilestored64(i8 3, ptr %91, i64 64)
  ret void
}
define internal void @_ZL11add_resultsILi0EEvRK5BlockRA2_A16_A16_Ki(ptr noundef nonnull align 8 dereferenceable(32) %0, ptr noundef nonnull align 4 dereferenceable(2048) %1) #7 {
  %3 = alloca ptr, align 8
  %4 = alloca ptr, align 8
  %5 = alloca ptr, align 8
  %6 = alloca %struct.Parts, align 8
  %7 = alloca ptr, align 8
  %8 = alloca ptr, align 8
  %9 = alloca i64, align 8
  %10 = alloca <16 x i32>, align 64
  %11 = alloca <16 x i32>, align 64
  %12 = alloca %struct.Affine, align 64
  store ptr %0, ptr %3, align 8
  store ptr %1, ptr %4, align 8
  %13 = load ptr, ptr %3, align 8, !nonnull !13, !align !14
  %14 = getelementptr inbounds nuw %struct.Block, ptr %13, i32 0, i32 0
  %15 = load ptr, ptr %14, align 8
  store ptr %15, ptr %5, align 8
  %16 = load ptr, ptr %5, align 8, !nonnull !13, !align !17
  %17 = getelementptr inbounds nuw %struct.Group, ptr %16, i32 0, i32 0
  %18 = load ptr, ptr %17, align 64
  %19 = load ptr, ptr %3, align 8, !nonnull !13, !align !14
  %20 = getelementptr inbounds nuw %struct.Block, ptr %19, i32 0, i32 1
  %21 = load i64, ptr %20, align 8
  call void @_ZN5PartsC2EPK7Productl(ptr noundef nonnull align 8 dereferenceable(32) %6, ptr noundef %18, i64 noundef %21)
  %22 = getelementptr inbounds nuw %struct.Parts, ptr %6, i32 0, i32 2
  %23 = load ptr, ptr %22, align 8
  %24 = load ptr, ptr %5, align 8, !nonnull !13, !align !17
  %25 = getelementptr inbounds nuw %struct.Group, ptr %24, i32 0, i32 1
  %26 = load i64, ptr %25, align 8
  %27 = load ptr, ptr %5, align 8, !nonnull !13, !align !17
  %28 = getelementptr inbounds nuw %struct.Group, ptr %27, i32 0, i32 0
  %29 = load ptr, ptr %28, align 64
  %30 = getelementptr inbounds nuw %struct.Product, ptr %29, i32 0, i32 7
  %31 = load i64, ptr %30, align 8
  %32 = mul nsw i64 %26, %31
  %33 = getelementptr inbounds float, ptr %23, i64 %32
  store ptr %33, ptr %7, align 8
  %34 = getelementptr inbounds nuw %struct.Parts, ptr %6, i32 0, i32 3
  %35 = load ptr, ptr %34, align 8
  %36 = load ptr, ptr %5, align 8, !nonnull !13, !align !17
  %37 = getelementptr inbounds nuw %struct.Group, ptr %36, i32 0, i32 1
  %38 = load i64, ptr %37, align 8
  %39 = load ptr, ptr %5, align 8, !nonnull !13, !align !17
  %40 = getelementptr inbounds nuw %struct.Group, ptr %39, i32 0, i32 0
  %41 = load ptr, ptr %40, align 64
  %42 = getelementptr inbounds nuw %struct.Product, ptr %41, i32 0, i32 7
  %43 = load i64, ptr %42, align 8
  %44 = mul nsw i64 %38, %43
  %45 = getelementptr inbounds float, ptr %35, i64 %44
  store ptr %45, ptr %8, align 8
  store i64 0, ptr %9, align 8
  br label %46
46:                                               ; preds = %93, %2
  %47 = load i64, ptr %9, align 8
  %48 = load ptr, ptr %3, align 8, !nonnull !13, !align !14
  %49 = getelementptr inbounds nuw %struct.Block, ptr %48, i32 0, i32 2
  %50 = load i64, ptr %49, align 8
  %51 = icmp slt i64 %47, %50
  br i1 %51, label %53, label %52
52:                                               ; preds = %46
  br label %96
53:                                               ; preds = %46
  %54 = load ptr, ptr %4, align 8, !nonnull !13, !align !60
  %55 = getelementptr inbounds [2 x [16 x [16 x i32]]], ptr %54, i64 0, i64 0
  %56 = load i64, ptr %9, align 8
  %57 = getelementptr inbounds [16 x [16 x i32]], ptr %55, i64 0, i64 %56
  %58 = getelementptr inbounds [16 x i32], ptr %57, i64 0, i64 0
  %59 = call noundef <16 x i32> @_ZL4loadIDv16_iET_PKv(ptr noundef %58)
  store <16 x i32> %59, ptr %10, align 64
  %60 = load ptr, ptr %4, align 8, !nonnull !13, !align !60
  %61 = getelementptr inbounds [2 x [16 x [16 x i32]]], ptr %60, i64 0, i64 1
  %62 = load i64, ptr %9, align 8
  %63 = getelementptr inbounds [16 x [16 x i32]], ptr %61, i64 0, i64 %62
  %64 = getelementptr inbounds [16 x i32], ptr %63, i64 0, i64 0
  %65 = call noundef <16 x i32> @_ZL4loadIDv16_iET_PKv(ptr noundef %64)
  store <16 x i32> %65, ptr %11, align 64
  %66 = load <16 x i32>, ptr %10, align 64
  %67 = load <16 x i32>, ptr %11, align 64
  %68 = load ptr, ptr %7, align 8
  %69 = load i64, ptr %9, align 8
  %70 = getelementptr inbounds float, ptr %68, i64 %69
  %71 = load float, ptr %70, align 4
  %72 = load ptr, ptr %8, align 8
  %73 = load i64, ptr %9, align 8
  %74 = getelementptr inbounds float, ptr %72, i64 %73
  %75 = load float, ptr %74, align 4
  %76 = load ptr, ptr %5, align 8, !nonnull !13, !align !17
  %77 = getelementptr inbounds nuw %struct.Group, ptr %76, i32 0, i32 4
  %78 = getelementptr inbounds [4 x %struct.Affine], ptr %77, i64 0, i64 0
  call void @llvm.memcpy.p0.p0.i64(ptr align 64 %12, ptr align 64 %78, i64 128, i1 false)
  %79 = load ptr, ptr %3, align 8, !nonnull !13, !align !14
  %80 = getelementptr inbounds nuw %struct.Block, ptr %79, i32 0, i32 3
  %81 = load ptr, ptr %80, align 8
  %82 = load i64, ptr %9, align 8
  %83 = getelementptr inbounds [4 x <16 x float>], ptr %81, i64 %82
  %84 = getelementptr inbounds [4 x <16 x float>], ptr %83, i64 0, i64 0
  %85 = load <16 x float>, ptr %84, align 64
  %86 = call noundef <16 x float> @_ZL6scaledDv16_iS_ff6AffineDv16_f(<16 x i32> noundef %66, <16 x i32> noundef %67, float noundef %71, float noundef %75, ptr noundef byval(%struct.Affine) align 64 %12, <16 x float> noundef %85)
  %87 = load ptr, ptr %3, align 8, !nonnull !13, !align !14
  %88 = getelementptr inbounds nuw %struct.Block, ptr %87, i32 0, i32 3
  %89 = load ptr, ptr %88, align 8
  %90 = load i64, ptr %9, align 8
  %91 = getelementptr inbounds [4 x <16 x float>], ptr %89, i64 %90
  %92 = getelementptr inbounds [4 x <16 x float>], ptr %91, i64 0, i64 0
  store <16 x float> %86, ptr %92, align 64
  br label %93
93:                                               ; preds = %53
  %94 = load i64, ptr %9, align 8
  %95 = add nsw i64 %94, 1
  store i64 %95, ptr %9, align 8
  br label %46, !llvm.loop !66
96:                                               ; preds = %52
  ret void
}
define internal void @_ZL9add_blockILi2EEvRK5BlockS2_lPA2_A16_A16_i(ptr noundef nonnull align 8 dereferenceable(32) %0, ptr noundef nonnull align 8 dereferenceable(32) %1, i64 noundef %2, ptr noundef %3) #4 {
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  %8 = alloca ptr, align 8
  store ptr %0, ptr %5, align 8
  store ptr %1, ptr %6, align 8
  store i64 %2, ptr %7, align 8
  store ptr %3, ptr %8, align 8
  %9 = load ptr, ptr %5, align 8, !nonnull !13, !align !14
  %10 = load i64, ptr %7, align 8
  %11 = load ptr, ptr %8, align 8
  %12 = getelementptr inbounds [2 x [16 x [16 x i32]]], ptr %11, i64 0
  call void @_ZL8multiplyILi2EEvRK5BlocklRA2_A16_A16_i(ptr noundef nonnull align 8 dereferenceable(32) %9, i64 noundef %10, ptr noundef nonnull align 4 dereferenceable(2048) %12)
  %13 = load ptr, ptr %5, align 8, !nonnull !13, !align !14
  %14 = load ptr, ptr %8, align 8
  %15 = getelementptr inbounds [2 x [16 x [16 x i32]]], ptr %14, i64 1
  call void @_ZL11add_resultsILi1EEvRK5BlockRA2_A16_A16_Ki(ptr noundef nonnull align 8 dereferenceable(32) %13, ptr noundef nonnull align 4 dereferenceable(2048) %15)
  %16 = load ptr, ptr %5, align 8, !nonnull !13, !align !14
  %17 = load ptr, ptr %6, align 8, !nonnull !13, !align !14
  %18 = load i64, ptr %7, align 8
  %19 = load ptr, ptr %8, align 8
  call void @_ZL9add_blockILi3EEvRK5BlockS2_lPA2_A16_A16_i(ptr noundef nonnull align 8 dereferenceable(32) %16, ptr noundef nonnull align 8 dereferenceable(32) %17, i64 noundef %18, ptr noundef %19)
  ret void
}
define internal noundef <16 x i32> @_ZL4loadIDv16_iET_PKv(ptr noundef %0) #7 {
  %2 = alloca ptr, align 8
  store ptr %0, ptr %2, align 8
  %3 = load ptr, ptr %2, align 8
  %4 = getelementptr inbounds nuw %struct.Anywhere.26, ptr %3, i32 0, i32 0
  %5 = load <16 x i32>, ptr %4, align 1
  ret <16 x i32> %5
}
define internal void @_ZL8multiplyILi2EEvRK5BlocklRA2_A16_A16_i(ptr noundef nonnull align 8 dereferenceable(32) %0, i64 noundef %1, ptr noundef nonnull align 4 dereferenceable(2048) %2) #4 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca ptr, align 8
  %7 = alloca ptr, align 8
  %8 = alloca %struct.Parts, align 8
  %9 = alloca i32, align 4
  %10 = alloca i32, align 4
  %11 = alloca i32, align 4
  %12 = alloca i64, align 8
  %13 = alloca i64, align 8
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store ptr %2, ptr %6, align 8
  %14 = load ptr, ptr %4, align 8, !nonnull !13, !align !14
  %15 = getelementptr inbounds nuw %struct.Block, ptr %14, i32 0, i32 0
  %16 = load ptr, ptr %15, align 8
  store ptr %16, ptr %7, align 8
  %17 = load ptr, ptr %7, align 8, !nonnull !13, !align !17
  %18 = getelementptr inbounds nuw %struct.Group, ptr %17, i32 0, i32 0
  %19 = load ptr, ptr %18, align 64
  %20 = load ptr, ptr %4, align 8, !nonnull !13, !align !14
  %21 = getelementptr inbounds nuw %struct.Block, ptr %20, i32 0, i32 1
  %22 = load i64, ptr %21, align 8
  call void @_ZN5PartsC2EPK7Productl(ptr noundef nonnull align 8 dereferenceable(32) %8, ptr noundef %19, i64 noundef %22)
  store i32 0, ptr %9, align 4
  store i32 1, ptr %10, align 4
  store i32 6, ptr %11, align 4
  call void @llvm.x86.tilezero(i8 0)
  call void @llvm.x86.tilezero(i8 1)
  store i64 0, ptr %12, align 8
  br label %23
23:                                               ; preds = %81, %3
  %24 = load i64, ptr %12, align 8
  %25 = load ptr, ptr %7, align 8, !nonnull !13, !align !17
  %26 = getelementptr inbounds nuw %struct.Group, ptr %25, i32 0, i32 0
  %27 = load ptr, ptr %26, align 64
  %28 = getelementptr inbounds nuw %struct.Product, ptr %27, i32 0, i32 10
  %29 = load i64, ptr %28, align 8
  %30 = icmp slt i64 %24, %29
  br i1 %30, label %32, label %31
31:                                               ; preds = %23
  br label %85
32:                                               ; preds = %23
  %33 = load ptr, ptr %7, align 8, !nonnull !13, !align !17
  %34 = getelementptr inbounds nuw %struct.Group, ptr %33, i32 0, i32 1
  %35 = load i64, ptr %34, align 8
  %36 = load ptr, ptr %7, align 8, !nonnull !13, !align !17
  %37 = getelementptr inbounds nuw %struct.Group, ptr %36, i32 0, i32 0
  %38 = load ptr, ptr %37, align 64
  %39 = getelementptr inbounds nuw %struct.Product, ptr %38, i32 0, i32 10
  %40 = load i64, ptr %39, align 8
  %41 = mul nsw i64 %35, %40
  %42 = load i64, ptr %12, align 8
  %43 = add nsw i64 %41, %42
  store i64 %43, ptr %13, align 8
  %44 = load ptr, ptr %7, align 8, !nonnull !13, !align !17
  %45 = getelementptr inbounds nuw %struct.Group, ptr %44, i32 0, i32 0
  %46 = load ptr, ptr %45, align 64
  %47 = getelementptr inbounds nuw %struct.Product, ptr %46, i32 0, i32 10
  %48 = load i64, ptr %47, align 8
  %49 = load i64, ptr %5, align 8
  %50 = icmp sgt i64 %48, %49
  br i1 %50, label %51, label %72
51:                                               ; preds = %32
  %52 = getelementptr inbounds nuw %struct.Parts, ptr %8, i32 0, i32 0
  %53 = load ptr, ptr %52, align 8
  %54 = load i64, ptr %13, align 8
  %55 = getelementptr inbounds i8, ptr %53, i64 %54
  %56 = load ptr, ptr %7, align 8, !nonnull !13, !align !17
  %57 = getelementptr inbounds nuw %struct.Group, ptr %56, i32 0, i32 0
  %58 = load ptr, ptr %57, align 64
  %59 = getelementptr inbounds nuw %struct.Product, ptr %58, i32 0, i32 8
  %60 = load i64, ptr %59, align 8
  %61 = mul nsw i64 2, %60
  call void @llvm.x86.tileloadd64(i8 4, ptr %55, i64 %61)
  %62 = getelementptr inbounds nuw %struct.Parts, ptr %8, i32 0, i32 1
  %63 = load ptr, ptr %62, align 8
  %64 = load i64, ptr %13, align 8
  %65 = getelementptr inbounds i8, ptr %63, i64 %64
  %66 = load ptr, ptr %7, align 8, !nonnull !13, !align !17
  %67 = getelementptr inbounds nuw %struct.Group, ptr %66, i32 0, i32 0
  %68 = load ptr, ptr %67, align 64
  %69 = getelementptr inbounds nuw %struct.Product, ptr %68, i32 0, i32 8
  %70 = load i64, ptr %69, align 8
  %71 = mul nsw i64 2, %70
  call void @llvm.x86.tileloadd64(i8 5, ptr %65, i64 %71)
  br label %72
72:                                               ; preds = %51, %32
  %73 = load ptr, ptr %7, align 8, !nonnull !13, !align !17
  %74 = getelementptr inbounds nuw %struct.Group, ptr %73, i32 0, i32 3
  %75 = load ptr, ptr %74, align 8
  %76 = load i64, ptr %12, align 8
  %77 = sdiv i64 %76, 4
  %78 = mul nsw i64 %77, 4
  %79 = getelementptr inbounds <64 x i8>, ptr %75, i64 %78
  %80 = getelementptr inbounds <64 x i8>, ptr %79, i64 2
  call void @llvm.x86.tileloadd64(i8 6, ptr %80, i64 256)
  call void @llvm.x86.tdpbsud(i8 0, i8 4, i8 6)
  call void @llvm.x86.tdpbsud(i8 1, i8 5, i8 6)
  br label %81
81:                                               ; preds = %72
  %82 = load i64, ptr %5, align 8
  %83 = load i64, ptr %12, align 8
  %84 = add nsw i64 %83, %82
  store i64 %84, ptr %12, align 8
  br label %23, !llvm.loop !67
85:                                               ; preds = %31
  %86 = load ptr, ptr %6, align 8, !nonnull !13, !align !60
  %87 = getelementptr inbounds [2 x [16 x [16 x i32]]], ptr %86, i64 0, i64 0
  %88 = getelementptr inbounds [16 x [16 x i32]], ptr %87, i64 0, i64 0
  call void @llvm.x86.tilestored64(i8 0, ptr %88, i64 64)
  %89 = load ptr, ptr %6, align 8, !nonnull !13, !align !60
  %90 = getelementptr inbounds [2 x [16 x [16 x i32]]], ptr %89, i64 0, i64 1
  %91 = getelementptr inbounds [16 x [16 x i32]], ptr %90, i64 0, i64 0
  call void @llvm.x86.tilestored64(i8 1, ptr %91, i64 64)
  ret void
}
define internal void @_ZL11add_resultsILi1EEvRK5BlockRA2_A16_A16_Ki(ptr noundef nonnull align 8 dereferenceable(32) %0, ptr noundef nonnull align 4 dereferenceable(2048) %1) #7 {
  %3 = alloca ptr, align 8
  %4 = alloca ptr, align 8
  %5 = alloca ptr, align 8
  %6 = alloca %struct.Parts, align 8
  %7 = alloca ptr, align 8
  %8 = alloca ptr, align 8
  %9 = alloca i64, align 8
  %10 = alloca <16 x i32>, align 64
  %11 = alloca <16 x i32>, align 64
  %12 = alloca %struct.Affine, align 64
  store ptr %0, ptr %3, align 8
  store ptr %1, ptr %4, align 8
  %13 = load ptr, ptr %3, align 8, !nonnull !13, !align !14
  %14 = getelementptr inbounds nuw %struct.Block, ptr %13, i32 0, i32 0
  %15 = load ptr, ptr %14, align 8
  store ptr %15, ptr %5, align 8
  %16 = load ptr, ptr %5, align 8, !nonnull !13, !align !17
  %17 = getelementptr inbounds nuw %struct.Group, ptr %16, i32 0, i32 0
  %18 = load ptr, ptr %17, align 64
  %19 = load ptr, ptr %3, align 8, !nonnull !13, !align !14
  %20 = getelementptr inbounds nuw %struct.Block, ptr %19, i32 0, i32 1
  %21 = load i64, ptr %20, align 8
  call void @_ZN5PartsC2EPK7Productl(ptr noundef nonnull align 8 dereferenceable(32) %6, ptr noundef %18, i64 noundef %21)
  %22 = getelementptr inbounds nuw %struct.Parts, ptr %6, i32 0, i32 2
  %23 = load ptr, ptr %22, align 8
  %24 = load ptr, ptr %5, align 8, !nonnull !13, !align !17
  %25 = getelementptr inbounds nuw %struct.Group, ptr %24, i32 0, i32 1
  %26 = load i64, ptr %25, align 8
  %27 = load ptr, ptr %5, align 8, !nonnull !13, !align !17
  %28 = getelementptr inbounds nuw %struct.Group, ptr %27, i32 0, i32 0
  %29 = load ptr, ptr %28, align 64
  %30 = getelementptr inbounds nuw %struct.Product, ptr %29, i32 0, i32 7
  %31 = load i64, ptr %30, align 8
  %32 = mul nsw i64 %26, %31
  %33 = getelementptr inbounds float, ptr %23, i64 %32
  store ptr %33, ptr %7, align 8
  %34 = getelementptr inbounds nuw %struct.Parts, ptr %6, i32 0, i32 3
  %35 = load ptr, ptr %34, align 8
  %36 = load ptr, ptr %5, align 8, !nonnull !13, !align !17
  %37 = getelementptr inbounds nuw %struct.Group, ptr %36, i32 0, i32 1
  %38 = load i64, ptr %37, align 8
  %39 = load ptr, ptr %5, align 8, !nonnull !13, !align !17
  %40 = getelementptr inbounds nuw %struct.Group, ptr %39, i32 0, i32 0
  %41 = load ptr, ptr %40, align 64
  %42 = getelementptr inbounds nuw %struct.Product, ptr %41, i32 0, i32 7
  %43 = load i64, ptr %42, align 8
  %44 = mul nsw i64 %38, %43
  %45 = getelementptr inbounds float, ptr %35, i64 %44
  store ptr %45, ptr %8, align 8
  store i64 0, ptr %9, align 8
  br label %46
46:                                               ; preds = %93, %2
  %47 = load i64, ptr %9, align 8
  %48 = load ptr, ptr %3, align 8, !nonnull !13, !align !14
  %49 = getelementptr inbounds nuw %struct.Block, ptr %48, i32 0, i32 2
  %50 = load i64, ptr %49, align 8
  %51 = icmp slt i64 %47, %50
  br i1 %51, label %53, label %52
52:                                               ; preds = %46
  br label %96
53:                                               ; preds = %46
  %54 = load ptr, ptr %4, align 8, !nonnull !13, !align !60
  %55 = getelementptr inbounds [2 x [16 x [16 x i32]]], ptr %54, i64 0, i64 0
  %56 = load i64, ptr %9, align 8
  %57 = getelementptr inbounds [16 x [16 x i32]], ptr %55, i64 0, i64 %56
  %58 = getelementptr inbounds [16 x i32], ptr %57, i64 0, i64 0
  %59 = call noundef <16 x i32> @_ZL4loadIDv16_iET_PKv(ptr noundef %58)
  store <16 x i32> %59, ptr %10, align 64
  %60 = load ptr, ptr %4, align 8, !nonnull !13, !align !60
  %61 = getelementptr inbounds [2 x [16 x [16 x i32]]], ptr %60, i64 0, i64 1
  %62 = load i64, ptr %9, align 8
  %63 = getelementptr inbounds [16 x [16 x i32]], ptr %61, i64 0, i64 %62
  %64 = getelementptr inbounds [16 x i32], ptr %63, i64 0, i64 0
  %65 = call noundef <16 x i32> @_ZL4loadIDv16_iET_PKv(ptr noundef %64)
  store <16 x i32> %65, ptr %11, align 64
  %66 = load <16 x i32>, ptr %10, align 64
  %67 = load <16 x i32>, ptr %11, align 64
  %68 = load ptr, ptr %7, align 8
  %69 = load i64, ptr %9, align 8
  %70 = getelementptr inbounds float, ptr %68, i64 %69
  %71 = load float, ptr %70, align 4
  %72 = load ptr, ptr %8, align 8
  %73 = load i64, ptr %9, align 8
  %74 = getelementptr inbounds float, ptr %72, i64 %73
  %75 = load float, ptr %74, align 4
  %76 = load ptr, ptr %5, align 8, !nonnull !13, !align !17
  %77 = getelementptr inbounds nuw %struct.Group, ptr %76, i32 0, i32 4
  %78 = getelementptr inbounds [4 x %struct.Affine], ptr %77, i64 0, i64 1
  call void @llvm.memcpy.p0.p0.i64(ptr align 64 %12, ptr align 64 %78, i64 128, i1 false)
  %79 = load ptr, ptr %3, align 8, !nonnull !13, !align !14
  %80 = getelementptr inbounds nuw %struct.Block, ptr %79, i32 0, i32 3
  %81 = load ptr, ptr %80, align 8
  %82 = load i64, ptr %9, align 8
  %83 = getelementptr inbounds [4 x <16 x float>], ptr %81, i64 %82
  %84 = getelementptr inbounds [4 x <16 x float>], ptr %83, i64 0, i64 1
  %85 = load <16 x float>, ptr %84, align 64
  %86 = call noundef <16 x float> @_ZL6scaledDv16_iS_ff6AffineDv16_f(<16 x i32> noundef %66, <16 x i32> noundef %67, float noundef %71, float noundef %75, ptr noundef byval(%struct.Affine) align 64 %12, <16 x float> noundef %85)
  %87 = load ptr, ptr %3, align 8, !nonnull !13, !align !14
  %88 = getelementptr inbounds nuw %struct.Block, ptr %87, i32 0, i32 3
  %89 = load ptr, ptr %88, align 8
  %90 = load i64, ptr %9, align 8
  %91 = getelementptr inbounds [4 x <16 x float>], ptr %89, i64 %90
  %92 = getelementptr inbounds [4 x <16 x float>], ptr %91, i64 0, i64 1
  store <16 x float> %86, ptr %92, align 64
  br label %93
93:                                               ; preds = %53
  %94 = load i64, ptr %9, align 8
  %95 = add nsw i64 %94, 1
  store i64 %95, ptr %9, align 8
  br label %46, !llvm.loop !68
96:                                               ; preds = %52
  ret void
}
define internal void @_ZL9add_blockILi3EEvRK5BlockS2_lPA2_A16_A16_i(ptr noundef nonnull align 8 dereferenceable(32) %0, ptr noundef nonnull align 8 dereferenceable(32) %1, i64 noundef %2, ptr noundef %3) #4 {
  %5 = alloca ptr, align 8
  %6 = alloca ptr, align 8
  %7 = alloca i64, align 8
  %8 = alloca ptr, align 8
  store ptr %0, ptr %5, align 8
  store ptr %1, ptr %6, align 8
  store i64 %2, ptr %7, align 8
  store ptr %3, ptr %8, align 8
  %9 = load ptr, ptr %5, align 8, !nonnull !13, !align !14
  %10 = load i64, ptr %7, align 8
  %11 = load ptr, ptr %8, align 8
  %12 = getelementptr inbounds [2 x [16 x [16 x i32]]], ptr %11, i64 1
  call void @_ZL8multiplyILi3EEvRK5BlocklRA2_A16_A16_i(ptr noundef nonnull align 8 dereferenceable(32) %9, i64 noundef %10, ptr noundef nonnull align 4 dereferenceable(2048) %12)
  %13 = load ptr, ptr %5, align 8, !nonnull !13, !align !14
  %14 = load ptr, ptr %8, align 8
  %15 = getelementptr inbounds [2 x [16 x [16 x i32]]], ptr %14, i64 0
  call void @_ZL11add_resultsILi2EEvRK5BlockRA2_A16_A16_Ki(ptr noundef nonnull align 8 dereferenceable(32) %13, ptr noundef nonnull align 4 dereferenceable(2048) %15)
  ret void
}
define internal void @_ZL8multiplyILi3EEvRK5BlocklRA2_A16_A16_i(ptr noundef nonnull align 8 dereferenceable(32) %0, i64 noundef %1, ptr noundef nonnull align 4 dereferenceable(2048) %2) #4 {
  %4 = alloca ptr, align 8
  %5 = alloca i64, align 8
  %6 = alloca ptr, align 8
  %7 = alloca ptr, align 8
  %8 = alloca %struct.Parts, align 8
  %9 = alloca i32, align 4
  %10 = alloca i32, align 4
  %11 = alloca i32, align 4
  %12 = alloca i64, align 8
  %13 = alloca i64, align 8
  store ptr %0, ptr %4, align 8
  store i64 %1, ptr %5, align 8
  store ptr %2, ptr %6, align 8
  %14 = load ptr, ptr %4, align 8, !nonnull !13, !align !14
  %15 = getelementptr inbounds nuw %struct.Block, ptr %14, i32 0, i32 0
  %16 = load ptr, ptr %15, align 8
  store ptr %16, ptr %7, align 8
  %17 = load ptr, ptr %7, align 8, !nonnull !13, !align !17
  %18 = getelementptr inbounds nuw %struct.Group, ptr %17, i32 0, i32 0
  %19 = load ptr, ptr %18, align 64
  %20 = load ptr, ptr %4, align 8, !nonnull !13, !align !14
  %21 = getelementptr inbounds nuw %struct.Block, ptr %20, i32 0, i32 1
  %22 = load i64, ptr %21, align 8
  call void @_ZN5PartsC2EPK7Productl(ptr noundef nonnull align 8 dereferenceable(32) %8, ptr noundef %19, i64 noundef %22)
  store i32 2, ptr %9, align 4
  store i32 3, ptr %10, align 4
  store i32 7, ptr %11, align 4
  call void @llvm.x86.tilezero(i8 2)
  call void @llvm.x86.tilezero(i8 3)
  store i64 0, ptr %12, align 8
  br label %23
23:                                               ; preds = %81, %3
  %24 = load i64, ptr %12, align 8
  %25 = load ptr, ptr %7, align 8, !nonnull !13, !align !17
  %26 = getelementptr inbounds nuw %struct.Group, ptr %25, i32 0, i32 0
  %27 = load ptr, ptr %26, align 64
  %28 = getelementptr inbounds nuw %struct.Product, ptr %27, i32 0, i32 10
  %29 = load i64, ptr %28, align 8
  %30 = icmp slt i64 %24, %29
  br i1 %30, label %32, label %31
31:                                               ; preds = %23
  br label %85
32:                                               ; preds = %23
  %33 = load ptr, ptr %7, align 8, !nonnull !13, !align !17
  %34 = getelementptr inbounds nuw %struct.Group, ptr %33, i32 0, i32 1
  %35 = load i64, ptr %34, align 8
  %36 = load ptr, ptr %7, align 8, !nonnull !13, !align !17
  %37 = getelementptr inbounds nuw %struct.Group, ptr %36, i32 0, i32 0
  %38 = load ptr, ptr %37, align 64
  %39 = getelementptr inbounds nuw %struct.Product, ptr %38, i32 0, i32 10
  %40 = load i64, ptr %39, align 8
  %41 = mul nsw i64 %35, %40
  %42 = load i64, ptr %12, align 8
  %43 = add nsw i64 %41, %42
  store i64 %43, ptr %13, align 8
  %44 = load ptr, ptr %7, align 8, !nonnull !13, !align !17
  %45 = getelementptr inbounds nuw %struct.Group, ptr %44, i32 0, i32 0
  %46 = load ptr, ptr %45, align 64
  %47 = getelementptr inbounds nuw %struct.Product, ptr %46, i32 0, i32 10
  %48 = load i64, ptr %47, align 8
  %49 = load i64, ptr %5, align 8
  %50 = icmp sgt i64 %48, %49
  br i1 %50, label %51, label %72
51:                                               ; preds = %32
  %52 = getelementptr inbounds nuw %struct.Parts, ptr %8, i32 0, i32 0
  %53 = load ptr, ptr %52, align 8
  %54 = load i64, ptr %13, align 8
  %55 = getelementptr inbounds i8, ptr %53, i64 %54
  %56 = load ptr, ptr %7, align 8, !nonnull !13, !align !17
  %57 = getelementptr inbounds nuw %struct.Group, ptr %56, i32 0, i32 0
  %58 = load ptr, ptr %57, align 64
  %59 = getelementptr inbounds nuw %struct.Product, ptr %58, i32 0, i32 8
  %60 = load i64, ptr %59, align 8
  %61 = mul nsw i64 2, %60
  call void @llvm.x86.tileloadd64(i8 4, ptr %55, i64 %61)
  %62 = getelementptr inbounds nuw %struct.Parts, ptr %8, i32 0, i32 1
  %63 = load ptr, ptr %62, align 8
  %64 = load i64, ptr %13, align 8
  %65 = getelementptr inbounds i8, ptr %63, i64 %64
  %66 = load ptr, ptr %7, align 8, !nonnull !13, !align !17
  %67 = getelementptr inbounds nuw %struct.Group, ptr %66, i32 0, i32 0
  %68 = load ptr, ptr %67, align 64
  %69 = getelementptr inbounds nuw %struct.Product, ptr %68, i32 0, i32 8
  %70 = load i64, ptr %69, align 8
  %71 = mul nsw i64 2, %70
  call void @llvm.x86.tileloadd64(i8 5, ptr %65, i64 %71)
  br label %72
72:                                               ; preds = %51, %32
  %73 = load ptr, ptr %7, align 8, !nonnull !13, !align !17
  %74 = getelementptr inbounds nuw %struct.Group, ptr %73, i32 0, i32 3
  %75 = load ptr, ptr %74, align 8
  %76 = load i64, ptr %12, align 8
  %77 = sdiv i64 %76, 4
  %78 = mul nsw i64 %77, 4
  %79 = getelementptr inbounds <64 x i8>, ptr %75, i64 %78
  %80 = getelementptr inbounds <64 x i8>, ptr %79, i64 3
  call void @llvm.x86.tileloadd64(i8 7, ptr %80, i64 256)
  call void @llvm.x86.tdpbsud(i8 2, i8 4, i8 7)
  call void @llvm.x86.tdpbsud(i8 3, i8 5, i8 7)
  br label %81
81:                                               ; preds = %72
  %82 = load i64, ptr %5, align 8
  %83 = load i64, ptr %12, align 8
  %84 = add nsw i64 %83, %82
  store i64 %84, ptr %12, align 8
  br label %23, !llvm.loop !69
85:                                               ; preds = %31
  %86 = load ptr, ptr %6, align 8, !nonnull !13, !align !60
  %87 = getelementptr inbounds [2 x [16 x [16 x i32]]], ptr %86, i64 0, i64 0
  %88 = getelementptr inbounds [16 x [16 x i32]], ptr %87, i64 0, i64 0
  call void @llvm.x86.tilestored64(i8 2, ptr %88, i64 64)
  %89 = load ptr, ptr %6, align 8, !nonnull !13, !align !60
  %90 = getelementptr inbounds [2 x [16 x [16 x i32]]], ptr %89, i64 0, i64 1
  %91 = getelementptr inbounds [16 x [16 x i32]], ptr %90, i64 0, i64 0
  call void @llvm.x86.tilestored64(i8 3, ptr %91, i64 64)
  ret void
}
define internal void @_ZL11add_resultsILi2EEvRK5BlockRA2_A16_A16_Ki(ptr noundef nonnull align 8 dereferenceable(32) %0, ptr noundef nonnull align 4 dereferenceable(2048) %1) #7 {
  %3 = alloca ptr, align 8
  %4 = alloca ptr, align 8
  %5 = alloca ptr, align 8
  %6 = alloca %struct.Parts, align 8
  %7 = alloca ptr, align 8
  %8 = alloca ptr, align 8
  %9 = alloca i64, align 8
  %10 = alloca <16 x i32>, align 64
  %11 = alloca <16 x i32>, align 64
  %12 = alloca %struct.Affine, align 64
  store ptr %0, ptr %3, align 8
  store ptr %1, ptr %4, align 8
  %13 = load ptr, ptr %3, align 8, !nonnull !13, !align !14
  %14 = getelementptr inbounds nuw %struct.Block, ptr %13, i32 0, i32 0
  %15 = load ptr, ptr %14, align 8
  store ptr %15, ptr %5, align 8
  %16 = load ptr, ptr %5, align 8, !nonnull !13, !align !17
  %17 = getelementptr inbounds nuw %struct.Group, ptr %16, i32 0, i32 0
  %18 = load ptr, ptr %17, align 64
  %19 = load ptr, ptr %3, align 8, !nonnull !13, !align !14
  %20 = getelementptr inbounds nuw %struct.Block, ptr %19, i32 0, i32 1
  %21 = load i64, ptr %20, align 8
  call void @_ZN5PartsC2EPK7Productl(ptr noundef nonnull align 8 dereferenceable(32) %6, ptr noundef %18, i64 noundef %21)
  %22 = getelementptr inbounds nuw %struct.Parts, ptr %6, i32 0, i32 2
  %23 = load ptr, ptr %22, align 8
  %24 = load ptr, ptr %5, align 8, !nonnull !13, !align !17
  %25 = getelementptr inbounds nuw %struct.Group, ptr %24, i32 0, i32 1
  %26 = load i64, ptr %25, align 8
  %27 = load ptr, ptr %5, align 8, !nonnull !13, !align !17
  %28 = getelementptr inbounds nuw %struct.Group, ptr %27, i32 0, i32 0
  %29 = load ptr, ptr %28, align 64
  %30 = getelementptr inbounds nuw %struct.Product, ptr %29, i32 0, i32 7
  %31 = load i64, ptr %30, align 8
  %32 = mul nsw i64 %26, %31
  %33 = getelementptr inbounds float, ptr %23, i64 %32
  store ptr %33, ptr %7, align 8
  %34 = getelementptr inbounds nuw %struct.Parts, ptr %6, i32 0, i32 3
  %35 = load ptr, ptr %34, align 8
  %36 = load ptr, ptr %5, align 8, !nonnull !13, !align !17
  %37 = getelementptr inbounds nuw %struct.Group, ptr %36, i32 0, i32 1
  %38 = load i64, ptr %37, align 8
  %39 = load ptr, ptr %5, align 8, !nonnull !13, !align !17
  %40 = getelementptr inbounds nuw %struct.Group, ptr %39, i32 0, i32 0
  %41 = load ptr, ptr %40, align 64
  %42 = getelementptr inbounds nuw %struct.Product, ptr %41, i32 0, i32 7
  %43 = load i64, ptr %42, align 8
  %44 = mul nsw i64 %38, %43
  %45 = getelementptr inbounds float, ptr %35, i64 %44
  store ptr %45, ptr %8, align 8
  store i64 0, ptr %9, align 8
  br label %46
46:                                               ; preds = %93, %2
  %47 = load i64, ptr %9, align 8
  %48 = load ptr, ptr %3, align 8, !nonnull !13, !align !14
  %49 = getelementptr inbounds nuw %struct.Block, ptr %48, i32 0, i32 2
  %50 = load i64, ptr %49, align 8
  %51 = icmp slt i64 %47, %50
  br i1 %51, label %53, label %52
52:                                               ; preds = %46
  br label %96
53:                                               ; preds = %46
  %54 = load ptr, ptr %4, align 8, !nonnull !13, !align !60
  %55 = getelementptr inbounds [2 x [16 x [16 x i32]]], ptr %54, i64 0, i64 0
  %56 = load i64, ptr %9, align 8
  %57 = getelementptr inbounds [16 x [16 x i32]], ptr %55, i64 0, i64 %56
  %58 = getelementptr inbounds [16 x i32], ptr %57, i64 0, i64 0
  %59 = call noundef <16 x i32> @_ZL4loadIDv16_iET_PKv(ptr noundef %58)
  store <16 x i32> %59, ptr %10, align 64
  %60 = load ptr, ptr %4, align 8, !nonnull !13, !align !60
  %61 = getelementptr inbounds [2 x [16 x [16 x i32]]], ptr %60, i64 0, i64 1
  %62 = load i64, ptr %9, align 8
  %63 = getelementptr inbounds [16 x [16 x i32]], ptr %61, i64 0, i64 %62
  %64 = getelementptr inbounds [16 x i32], ptr %63, i64 0, i64 0
  %65 = call noundef <16 x i32> @_ZL4loadIDv16_iET_PKv(ptr noundef %64)
  store <16 x i32> %65, ptr %11, align 64
  %66 = load <16 x i32>, ptr %10, align 64
  %67 = load <16 x i32>, ptr %11, align 64
  %68 = load ptr, ptr %7, align 8
  %69 = load i64, ptr %9, align 8
  %70 = getelementptr inbounds float, ptr %68, i64 %69
  %71 = load float, ptr %70, align 4
  %72 = load ptr, ptr %8, align 8
  %73 = load i64, ptr %9, align 8
  %74 = getelementptr inbounds float, ptr %72, i64 %73
  %75 = load float, ptr %74, align 4
  %76 = load ptr, ptr %5, align 8, !nonnull !13, !align !17
  %77 = getelementptr inbounds nuw %struct.Group, ptr %76, i32 0, i32 4
  %78 = getelementptr inbounds [4 x %struct.Affine], ptr %77, i64 0, i64 2
  call void @llvm.memcpy.p0.p0.i64(ptr align 64 %12, ptr align 64 %78, i64 128, i1 false)
  %79 = load ptr, ptr %3, align 8, !nonnull !13, !align !14
  %80 = getelementptr inbounds nuw %struct.Block, ptr %79, i32 0, i32 3
  %81 = load ptr, ptr %80, align 8
  %82 = load i64, ptr %9, align 8
  %83 = getelementptr inbounds [4 x <16 x float>], ptr %81, i64 %82
  %84 = getelementptr inbounds [4 x <16 x float>], ptr %83, i64 0, i64 2
  %85 = load <16 x float>, ptr %84, align 64
  %86 = call noundef <16 x float> @_ZL6scaledDv16_iS_ff6AffineDv16_f(<16 x i32> noundef %66, <16 x i32> noundef %67, float noundef %71, float noundef %75, ptr noundef byval(%struct.Affine) align 64 %12, <16 x float> noundef %85)
  %87 = load ptr, ptr %3, align 8, !nonnull !13, !align !14
  %88 = getelementptr inbounds nuw %struct.Block, ptr %87, i32 0, i32 3
  %89 = load ptr, ptr %88, align 8
  %90 = load i64, ptr %9, align 8
  %91 = getelementptr inbounds [4 x <16 x float>], ptr %89, i64 %90
  %92 = getelementptr inbounds [4 x <16 x float>], ptr %91, i64 0, i64 2
  store <16 x float> %86, ptr %92, align 64
  br label %93
93:                                               ; preds = %53
  %94 = load i64, ptr %9, align 8
  %95 = add nsw i64 %94, 1
  store i64 %95, ptr %9, align 8
  br label %46, !llvm.loop !70
96:                                               ; preds = %52
  ret void
}
attributes #0 = { mustprogress nounwind uwtable(sync) }
attributes #1 = { nounwind }
attributes #2 = { nocallback nofree nosync nounwind willreturn memory(argmem: readwrite) }
attributes #3 = { nocallback nofree nounwind willreturn memory(argmem: write) }
attributes #4 = { alwaysinline mustprogress nounwind uwtable(sync) }
attributes #5 = { nounwind }
attributes #6 = { inlinehint mustprogress nounwind uwtable(sync) }
attributes #7 = { alwaysinline mustprogress nounwind uwtable(sync) }
attributes #8 = { nocallback nofree nosync nounwind speculatable willreturn memory(none) }
attributes #9 = { nocallback nofree nosync nounwind speculatable willreturn memory(none) }
attributes #10 = { alwaysinline mustprogress nounwind uwtable(sync) }
attributes #11 = { alwaysinline mustprogress nounwind uwtable(sync) }
attributes #12 = { nocallback nofree nosync nounwind willreturn memory(argmem: readwrite, inaccessiblemem: readwrite) }
attributes #13 = { nocallback nofree nosync nounwind willreturn memory(none) }
attributes #14 = { nocallback nofree nounwind willreturn memory(argmem: readwrite) }
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
!11 = distinct !{!11, !7}
!12 = distinct !{!12, !7}
!13 = !{}
!14 = !{i64 8}
!15 = distinct !{!15, !7}
!16 = distinct !{!16, !7}
!17 = !{i64 64}
!18 = distinct !{!18, !7}
!19 = distinct !{!19, !7, !20}
!20 = !{!"llvm.loop.unroll.full"}
!21 = !{i8 0, i8 2}
!22 = distinct !{!22, !7}
!23 = distinct !{!23, !7}
!24 = distinct !{!24, !7, !20}
!25 = distinct !{!25, !7, !20}
!26 = distinct !{!26, !7, !20}
!27 = distinct !{!27, !7, !20}
!28 = distinct !{!28, !7, !20}
!29 = distinct !{!29, !7, !20}
!30 = distinct !{!30, !7, !31}
!31 = !{!"llvm.loop.unroll.count", i32 2}
!32 = distinct !{!32, !7, !20}
!33 = distinct !{!33, !7, !20}
!34 = distinct !{!34, !7}
!35 = distinct !{!35, !7, !20}
!36 = distinct !{!36, !7, !20}
!37 = distinct !{!37, !7}
!38 = distinct !{!38, !7, !20}
!39 = distinct !{!39, !7, !20}
!40 = distinct !{!40, !7, !31}
!41 = distinct !{!41, !7, !20}
!42 = distinct !{!42, !7, !20}
!43 = distinct !{!43, !7}
!44 = distinct !{!44, !7, !20}
!45 = distinct !{!45, !7, !20}
!46 = distinct !{!46, !7}
!47 = distinct !{!47, !7, !20}
!48 = distinct !{!48, !7, !20}
!49 = distinct !{!49, !7, !31}
!50 = distinct !{!50, !7, !20}
!51 = distinct !{!51, !7, !20}
!52 = distinct !{!52, !7}
!53 = distinct !{!53, !7, !20}
!54 = distinct !{!54, !7, !20}
!55 = distinct !{!55, !7}
!56 = distinct !{!56, !7}
!57 = distinct !{!57, !7}
!58 = distinct !{!58, !7}
!59 = distinct !{!59, !7}
!60 = !{i64 4}
!61 = distinct !{!61, !7}
!62 = distinct !{!62, !7}
!63 = distinct !{!63, !7}
!64 = distinct !{!64, !7}
!65 = distinct !{!65, !7}
!66 = distinct !{!66, !7}
!67 = distinct !{!67, !7}
!68 = distinct !{!68, !7}
!69 = distinct !{!69, !7}
!70 = distinct !{!70, !7}
